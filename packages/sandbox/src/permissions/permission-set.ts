import type { Permissions } from '@testbench/types';
import { parseCustomFunctionName } from '@testbench/types/abi';
import { rejectUnknownKeys } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { type DirectoryGrant, innermostDirectory, parseDirectoryGrant } from './directory-grant.js';
import {
  grantCovers,
  hasEmptyLabel,
  type HostGrant,
  hostOf,
  isLoopbackHost,
  parseHostGrant,
  portOf,
} from './host-grant.js';
import { isAbsolutePath, normalizePath } from './posix-path.js';
import { isLoopbackAddress, isPrivateAddress } from './private-address.js';

/** Each permission, the list that says what it covers, and an example for messages. */
const PERMISSIONS = [
  { flag: 'filesystem', list: 'allowedDirs', example: '/data' },
  { flag: 'network', list: 'allowedHosts', example: 'api.example.com' },
  { flag: 'envVars', list: 'allowedEnv', example: 'LANG' },
  { flag: 'hostFunctions', list: 'allowedHostFunctions', example: 'mine.lookup' },
] as const satisfies readonly {
  readonly flag: keyof Permissions;
  readonly list: keyof Permissions;
  readonly example: string;
}[];

type Permission = (typeof PERMISSIONS)[number];

const KEYS = PERMISSIONS.flatMap(({ flag, list }) => [flag, list]);

/**
 * What one plugin is granted, and the questions that host functions ask of it.
 *
 * The default is nothing. A permission and its list go together: `envVars: true` needs an `allowedEnv` that names something,
 * and a list that names something needs its permission. Anything else would grant more or less than its author thought, so
 * it is refused. `false` with an empty list, or with none, grants nothing.
 *
 * @example
 * ```ts
 * import { PermissionSet } from '@testbench/sandbox';
 *
 * const granted = new PermissionSet({ network: true, allowedHosts: ['*.example.com'] });
 * granted.allowsRequest(new URL('https://api.example.com/v1')); // => true
 * granted.allowsRequest(new URL('http://api.example.com/v1')); // => false
 * granted.allowsEnv('HOME'); // => false
 * ```
 */
export class PermissionSet {
  /** What was granted, as it was said. */
  readonly granted: Permissions;
  /** Directories, as granted. */
  readonly directories: readonly DirectoryGrant[];
  readonly #hosts: readonly HostGrant[];
  readonly #env: ReadonlySet<string>;
  readonly #hostFunctions: ReadonlySet<string>;

  /**
   * @param granted What the host grants; copied.
   * @param path Where it stands in a configuration, for messages.
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, or `CONFIG_INVALID` where a permission and its list do not go together,
   *   or an entry could mean more than its author thought.
   */
  constructor(granted: Permissions = {}, path = 'permissions') {
    const own = ownFields(granted, path);
    for (const permission of PERMISSIONS) checkPair(own, permission, path);
    this.directories = parseEach(own, 'allowedDirs', path, parseDirectoryGrant);
    rejectTwins(this.directories, `${path}.allowedDirs`);
    this.#hosts = parseEach(own, 'allowedHosts', path, parseText(parseHostGrant));
    this.#env = new Set(
      parseEach(own, 'allowedEnv', path, parseText(parseName)).map(({ name }) => name),
    );
    this.#hostFunctions = new Set(
      parseEach(own, 'allowedHostFunctions', path, parseText(parseFunction)).map(
        ({ name }) => name,
      ),
    );
    // Can be cloned: every entry was found to be a text, or a directory of two texts.
    this.granted = structuredClone(Object.fromEntries(own)) as Permissions;
  }

  /** True if the plugin may read the environment variable `name`; names are compared exactly. */
  allowsEnv(name: string): boolean {
    return this.#env.has(name);
  }

  /** True if the plugin may call the host's own function `name`, such as `mine.lookup`; names are compared exactly. */
  allowsHostFunction(name: string): boolean {
    return this.#hostFunctions.has(name);
  }

  /**
   * True if a grant covers the URL's scheme, host and port.
   *
   * Never true for a URL with a user name or password. Says nothing about the address that the name resolves to: ask
   * {@link allowsAddress} for each.
   */
  allowsRequest(url: URL): boolean {
    if (url.username !== '' || url.password !== '' || hasEmptyLabel(hostOf(url))) return false;
    return this.#hosts.some((grant) => grantCovers(grant, url));
  }

  /**
   * True if a connection for `url` may go to `address`: a public one, or a private one that a grant names.
   *
   * A name that resolves to a private address is no grant of it, but for `localhost`. To grant `build.internal`, grant its
   * address beside it.
   *
   * @param address What the host of `url` resolved to.
   */
  allowsAddress(url: URL, address: string): boolean {
    if (!this.allowsRequest(url)) return false;
    if (!isPrivateAddress(address)) return true;
    if (isLoopbackAddress(address) && isLoopbackHost(hostOf(url))) return true;
    const literal = new URL(url);
    literal.hostname = address.includes(':') ? `[${address}]` : address;
    // A hostname that a URL cannot take leaves the old one in place, which would be found among the grants.
    if (hostOf(literal) === hostOf(url) && hostOf(url) !== address) return false;
    return (
      portOf(literal) === portOf(url) && this.#hosts.some((grant) => grantCovers(grant, literal))
    );
  }

  /**
   * True if a granted directory holds `path` and its access suffices; of nested ones, the innermost decides.
   *
   * Compares text: whoever opens the path must ask again for the path of what was opened.
   *
   * @param path Absolute and normalised; never true for another.
   */
  allowsPath(path: string, access: DirectoryGrant['access']): boolean {
    if (path.includes('\0') || !isAbsolutePath(path) || normalizePath(path) !== path) return false;
    const grant = innermostDirectory(this.directories, path);
    return grant !== undefined && (access === 'read-only' || grant.access === 'read-write');
  }
}

type OwnFields = ReadonlyMap<string, unknown>;

/** Reads each field once, and none from a prototype: what was checked is what is granted. */
function ownFields(granted: unknown, path: string): OwnFields {
  if (typeof granted !== 'object' || granted === null || Array.isArray(granted)) {
    invalid(path, 'expected an object');
  }
  rejectUnknownKeys(granted, KEYS, path);
  const fields = Object.entries(granted).filter(([, value]) => value !== undefined);
  return new Map(fields.map(([key, value]) => [key, ownItems(value)]));
}

function ownItems(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return Array.from(value, (item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? { ...item } : item,
  );
}

/** Reads a list item by item; a string as the result says what is wrong with the item. */
function parseEach<Item extends object>(
  fields: OwnFields,
  list: Permission['list'],
  path: string,
  parse: (entry: unknown, place: string) => Item | string,
): Item[] {
  const items = (fields.get(list) ?? []) as readonly unknown[];
  return items.map((entry, index) => {
    const place = `${path}.${list}[${index}]`;
    const item = parse(entry, place);
    return typeof item === 'string' ? invalid(place, item) : item;
  });
}

function parseText<Item>(
  parse: (text: string) => Item | string,
): (entry: unknown) => Item | string {
  return (entry) =>
    typeof entry === 'string' && entry !== '' ? parse(entry) : 'expected a non-empty string';
}

function parseName(name: string): string | { name: string } {
  // A name with "=" does not exist, and "*" would look as if it granted all.
  return /[=*\0]/.test(name) ? 'it is not the name of an environment variable' : { name };
}

/** A name that no host can offer would be a grant of nothing. */
function parseFunction(name: string): string | { name: string } {
  const place = parseCustomFunctionName(name);
  return typeof place === 'string' ? place : { name };
}

/** Two entries for one directory could say two things. */
function rejectTwins(directories: readonly DirectoryGrant[], path: string): void {
  const seen = new Set<string>();
  for (const directory of directories) {
    if (seen.has(directory.path)) invalid(path, `"${directory.path}" stands there twice`);
    seen.add(directory.path);
  }
}

function checkPair(fields: OwnFields, { flag, list, example }: Permission, path: string): void {
  const isOn = fields.has(flag) ? fields.get(flag) : false;
  const items = fields.has(list) ? fields.get(list) : [];
  if (typeof isOn !== 'boolean') invalid(`${path}.${flag}`, 'expected true or false');
  if (!Array.isArray(items)) invalid(`${path}.${list}`, 'expected a list');
  if (isOn && items.length === 0) {
    invalid(
      `${path}.${flag}`,
      `it is true, and "${list}" names nothing; name what it covers, such as ${list}: ["${example}"], or set it to false`,
    );
  }
  if (!isOn && items.length > 0) {
    const state = fields.has(flag) ? `"${flag}" is false` : `there is no "${flag}"`;
    invalid(
      `${path}.${list}`,
      `it names something, and ${state}; set "${flag}: true", or empty it`,
    );
  }
}

function invalid(path: string, state: string): never {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot grant "${path}": ${state}`);
}
