import { PermissionSet } from '@testbench/sandbox';
import { rejectUnknownKeys } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';
import type { Secret, SecretStore } from '@testbench/types/stores';

import { MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from '../limits.js';

/**
 * Makes a store of secrets that are at hand.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for a name, value, host, plugin or header that no secret can have, and
 *   `CONFIG_UNKNOWN_KEY`; never with the value.
 *
 * @example
 * ```ts
 * import { createMemorySecrets } from '@testbench/host';
 *
 * const secrets = createMemorySecrets({
 *   OPENAI: { value: 'sk-0123456789', hosts: ['api.openai.com'] },
 * });
 * secrets.read('ANTHROPIC'); // => undefined
 * ```
 */
export function createMemorySecrets(secrets: Readonly<Record<string, Secret>>): SecretStore {
  const own = new Map<string, Secret>();
  for (const [name, secret] of entriesOf(secrets)) {
    const rule = readRule(name, secret, ['value']);
    const { value } = secret as Readonly<Record<string, unknown>>;
    if (!isSecretValue(value)) {
      invalid(`secrets.${name}.value`, 'expected 8 to 8,192 printable ASCII characters');
    }
    own.set(name, { ...rule, value });
  }
  return { specificationVersion: 'v1', read: (name) => own.get(name) };
}

/** A secret that lies in an environment variable. */
export interface EnvSecret extends Omit<Secret, 'value'> {
  /** Name of the variable. @default the secret's name */
  readonly env?: string;
}

/**
 * Makes a store of secrets that lie in environment variables, read at each use.
 *
 * @param env The environment. A variable that is not set is a secret that does not exist.
 * @throws {ConfigError} `CONFIG_INVALID` for a name, variable, host, plugin or header that no secret can have, and
 *   `CONFIG_UNKNOWN_KEY`: a misspelt `plugins` would let every plugin have it.
 *
 * @example
 * ```ts
 * import { createEnvSecrets } from '@testbench/host';
 *
 * const secrets = createEnvSecrets(
 *   { OPENAI: { env: 'OPENAI_API_KEY', hosts: ['api.openai.com'] } },
 *   { OPENAI_API_KEY: 'sk-0123456789' },
 * );
 * await secrets.read('OPENAI'); // => { value: 'sk-0123456789', hosts: ['api.openai.com'] }
 * ```
 */
export function createEnvSecrets(
  secrets: Readonly<Record<string, EnvSecret>>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): SecretStore {
  const own = new Map<string, SecretRule & { readonly variable: string }>();
  for (const [name, secret] of entriesOf(secrets)) {
    const rule = readRule(name, secret, ['env']);
    const { env: variable = name } = secret as Readonly<Record<string, unknown>>;
    if (typeof variable !== 'string' || !/^[^=\0]+$/.test(variable)) {
      invalid(`secrets.${name}.env`, 'expected the name of an environment variable');
    }
    own.set(name, { ...rule, variable });
  }
  return {
    specificationVersion: 'v1',
    read(name) {
      const secret = own.get(name);
      if (secret === undefined) return undefined;
      const { variable, ...rule } = secret;
      const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
      return value === undefined ? undefined : { ...rule, value };
    },
  };
}

/** Who may have a secret, where it may be sent and in what. */
type SecretRule = Omit<Secret, 'value'>;

/**
 * Reads all of a secret but its value, each field once.
 *
 * Nothing is passed over: a list that is a text would match a part of itself, and a key that is misspelt would lift the
 * restriction that it was to be.
 *
 * @param others The further keys that it may have.
 * @throws {ConfigError}
 */
export function readRule(name: string, secret: unknown, others: readonly string[]): SecretRule {
  const path = `secrets.${name}`;
  checkName(name);
  if (typeof secret !== 'object' || secret === null || Array.isArray(secret)) {
    invalid(path, 'expected an object');
  }
  if (!others.includes('value') && 'value' in secret) {
    invalid(
      `${path}.value`,
      'name the variable that holds it, as "env"; a value may not stand here',
    );
  }
  // Also what it inherits: that would be read as well.
  const keys: Record<string, true> = {};
  for (const key in secret) keys[key] = true;
  rejectUnknownKeys(keys, ['hosts', 'plugins', 'headers', ...others], path);
  const { hosts, plugins, headers } = secret as Readonly<Record<string, unknown>>;
  void hostsOfSecret(name, { hosts: hosts as Secret['hosts'] });
  return {
    hosts: [...(hosts as Secret['hosts'])],
    ...(plugins !== undefined && {
      plugins: readNames(plugins, `${path}.plugins`, /^[^]+$/, 'ids or digests of plugins'),
    }),
    ...(headers !== undefined && {
      headers: readNames(headers, `${path}.headers`, HEADER, 'names of headers, in lower case'),
    }),
  };
}

const HEADER = /^[!#$%&'*+.^_`|~0-9a-z-]+$/;

function readNames(value: unknown, path: string, form: RegExp, what: string): readonly string[] {
  // An empty list might mean none to one reader, and all to another.
  if (!Array.isArray(value) || value.length === 0) {
    invalid(path, `expected a list of ${what}, of at least one`);
  }
  const names: readonly unknown[] = Array.from(value);
  for (const [index, item] of names.entries()) {
    if (typeof item !== 'string' || !form.test(item)) {
      invalid(`${path}[${index}]`, `expected a text, one of the ${what}`);
    }
  }
  return names as readonly string[];
}

function entriesOf(secrets: unknown): [name: string, secret: unknown][] {
  if (typeof secrets !== 'object' || secrets === null || Array.isArray(secrets)) {
    invalid('secrets', 'expected an object');
  }
  return Object.entries(secrets);
}

/** True for what can stand in a header, cannot be guessed in a few tries, and has nothing white at its ends. */
export function isSecretValue(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= MIN_SECRET_LENGTH &&
    value.length <= MAX_SECRET_LENGTH &&
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
  );
}

/** What a secret can be called. */
export const SECRET_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

function checkName(name: string): void {
  if (!SECRET_NAME.test(name)) {
    invalid(`secrets.${name}`, 'its name may have letters, digits, ".", "_" and "-"');
  }
}

/**
 * Where a secret may be sent: a list of hosts means the same here as where a plugin is granted them.
 *
 * @throws {ConfigError}
 */
export function hostsOfSecret(name: string, { hosts }: Pick<Secret, 'hosts'>): PermissionSet {
  if (!Array.isArray(hosts) || hosts.length === 0) {
    invalid(`secrets.${name}.hosts`, 'expected a list that names at least one host');
  }
  return new PermissionSet({ network: true, allowedHosts: hosts }, `secrets.${name}`);
}

function invalid(path: string, state: string): never {
  throw new ConfigError('CONFIG_INVALID', path, `Cannot use "${path}": ${state}`);
}
