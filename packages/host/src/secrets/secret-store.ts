import { PermissionSet } from '@testbench/sandbox';
import {
  type ConfigNode,
  type OptionReader,
  type OptionReaders,
  readOptions,
  type RequiredOption,
} from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';
import type { Secret, SecretStore } from '@testbench/types/stores';

import { MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from '../limits.js';

/**
 * Makes a store of secrets that are kept in memory.
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
    own.set(name, readSecret<Secret>(name, secret, { ...RULE, value: readValue }, ['value']));
  }
  return { specificationVersion: 'v1', read: (name) => own.get(name) };
}

/** A secret in an environment variable. */
export interface EnvSecret extends Omit<Secret, 'value'> {
  /** Name of the variable. @default the secret's name */
  readonly env?: string;
}

/**
 * Makes a store of secrets in environment variables, which are read at each use.
 *
 * @param env The environment. If a variable is not set, the secret does not exist.
 * @throws {ConfigError} `CONFIG_INVALID` for a name, variable, host, plugin or header that no secret can have, and
 *   `CONFIG_UNKNOWN_KEY`: a misspelt `plugins` would let every plugin use it.
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
    if (typeof secret === 'object' && secret !== null && 'value' in secret) {
      invalid(
        `secrets.${name}.value`,
        'name the variable that holds it, as "env"; a value may not stand here',
      );
    }
    const read = readSecret<EnvSecret>(name, secret, { ...RULE, env: readVariable });
    const { env: variable = name, ...rule } = read;
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

/** Which plugins may use a secret, to which hosts it may be sent and in which headers. */
type SecretRule = Omit<Secret, 'value'>;

/** Readers of everything but the value. None of them quotes what it finds: a secret may have been put into the wrong field. */
const RULE: OptionReaders<SecretRule> = {
  hosts: ({ value, path }) => {
    const name = path.slice('secrets.'.length, -'.hosts'.length);
    return [...hostsOfSecret(name, { hosts: value as Secret['hosts'] }).granted.allowedHosts!];
  },
  plugins: namesReader(/^[^]+$/, 'ids or digests of plugins'),
  headers: namesReader(/^[!#$%&'*+.^_`|~0-9a-z-]+$/, 'names of headers, in lower case'),
};

/**
 * Reads what a store returns for a secret, each field once, including inherited fields.
 *
 * Nothing is ignored: a string instead of a list would match a part of itself, and a misspelt key would lift the
 * intended restriction. The value is checked by the code that uses it.
 *
 * @throws {ConfigError}
 */
export function readStoredSecret(name: string, secret: unknown): Secret {
  return readSecret<Secret>(name, secret, { ...RULE, value: ({ value }) => value as string });
}

function readSecret<Kind extends SecretRule>(
  name: string,
  secret: unknown,
  readers: OptionReaders<Kind>,
  required: readonly RequiredOption<Kind>[] = [],
): Kind {
  const path = `secrets.${name}`;
  checkName(name);
  // The reader's own message would quote a string given instead, which may be the secret.
  if (typeof secret !== 'object' || secret === null || Array.isArray(secret)) {
    invalid(path, 'expected an object');
  }
  return readOptions<Kind>(secret, readers, path, ['hosts' as RequiredOption<Kind>, ...required]);
}

function readValue({ value, path }: ConfigNode): string {
  return isSecretValue(value)
    ? value
    : invalid(path, 'expected 8 to 8,192 printable ASCII characters');
}

function readVariable({ value, path }: ConfigNode): string {
  return typeof value === 'string' && /^[^=\0]+$/.test(value)
    ? value
    : invalid(path, 'expected the name of an environment variable');
}

function namesReader(form: RegExp, what: string): OptionReader<readonly string[]> {
  return ({ value, path }) => {
    // An empty list might mean none to one reader, and all to another.
    if (!Array.isArray(value) || value.length === 0) {
      invalid(path, `expected a list of ${what}, of at least one`);
    }
    return Array.from(value as readonly unknown[], (item, index) =>
      typeof item === 'string' && form.test(item)
        ? item
        : invalid(`${path}[${index}]`, `expected a text, one of the ${what}`),
    );
  };
}

function entriesOf(secrets: unknown): [name: string, secret: unknown][] {
  if (typeof secrets !== 'object' || secrets === null || Array.isArray(secrets)) {
    invalid('secrets', 'expected an object');
  }
  return Object.entries(secrets);
}

/** True for a value that can be sent in a header, cannot be guessed in a few tries, and has no white space at its ends. */
export function isSecretValue(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length >= MIN_SECRET_LENGTH &&
    value.length <= MAX_SECRET_LENGTH &&
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
  );
}

/** Valid names of secrets. */
export const SECRET_NAME = /^[A-Za-z0-9_.-]{1,128}$/;

function checkName(name: string): void {
  if (!SECRET_NAME.test(name)) {
    invalid(`secrets.${name}`, 'its name may have letters, digits, ".", "_" and "-"');
  }
}

/**
 * Where a secret may be sent: a list of hosts has the same meaning here as in a plugin's grants.
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
