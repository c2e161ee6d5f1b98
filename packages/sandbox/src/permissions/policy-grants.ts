import type { Permissions } from '@testbench/types';
import { ConfigNode, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { PermissionSet } from './permission-set.js';

/** What one plugin is granted by a policy. */
export interface PolicyEntry {
  /** The plugin's name in its metadata or, if the module has no custom section for it, the id under which it is loaded. */
  readonly name: string;
  /**
   * `sha256:` and 64 hex digits: the module that was reviewed. `any` gives the grant to every module with this name;
   * anyone who can replace that file then has it too.
   */
  readonly digest: string;
  readonly permissions: Permissions;
}

/** A plugin that may be granted something: its name is its own claim, its digest is a fact. */
export interface PolicySubject {
  readonly name: string | undefined;
  readonly digest: string;
}

const DIGEST = /^sha256:[0-9a-f]{64}$/;
const ANY = 'any';

/**
 * Grants by name and digest.
 *
 * @example
 * ```ts
 * import { PolicyGrants } from '@testbench/sandbox';
 *
 * const policy = new PolicyGrants([
 *   {
 *     name: 'translator',
 *     digest: 'any',
 *     permissions: { network: true, allowedHosts: ['api.example.com'] },
 *   },
 * ]);
 * const request = new URL('https://api.example.com/v1');
 * policy.grantsFor({ name: 'translator', digest: 'sha256:…' }).allowsRequest(request); // => true
 * policy.grantsFor({ name: 'other', digest: 'sha256:…' }).allowsRequest(request); // => false
 * ```
 */
export class PolicyGrants {
  readonly #grants = new Map<string, PermissionSet>();

  /**
   * @param entries At most one for each name and digest.
   * @param path Their path in a configuration, for messages.
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`, with the path of the value at fault.
   */
  constructor(entries: readonly PolicyEntry[], path = 'policy.plugins') {
    for (const entry of new ConfigNode(entries, path).list()) this.#add(entry);
  }

  /** The permissions granted to a plugin: by its exact digest, or else by its name alone, or else none. */
  grantsFor({ name, digest }: PolicySubject): PermissionSet {
    if (name === undefined) return new PermissionSet();
    const exact = this.#grants.get(keyOf(name, digest));
    return exact ?? this.#grants.get(keyOf(name, ANY)) ?? new PermissionSet();
  }

  #add(entry: ConfigNode): void {
    const { path } = entry;
    let permissions: PermissionSet | undefined;
    const { name, digest } = readOptions<PolicyEntry>(
      entry.value,
      {
        name: (node) => node.text(),
        digest: readDigest,
        permissions: (node) => {
          permissions = new PermissionSet(node.object(), node.path);
          return permissions.granted;
        },
      },
      path,
      ['name', 'digest', 'permissions'],
    );
    const key = keyOf(name, digest);
    if (this.#grants.has(key)) {
      throw new ConfigError(
        'CONFIG_INVALID',
        path,
        `Cannot use "${path}": an entry before has the same name and digest`,
      );
    }
    this.#grants.set(key, permissions!);
  }
}

function readDigest(node: ConfigNode): string {
  const { value } = node;
  if (typeof value === 'string' && (value === ANY || DIGEST.test(value))) return value;
  return node.reject('"sha256:" and 64 hex digits, or "any"');
}

function keyOf(name: string, digest: string): string {
  // No digest contains a space.
  return `${digest} ${name}`;
}
