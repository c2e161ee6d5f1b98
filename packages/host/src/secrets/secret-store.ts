import { PermissionSet } from '@testbench/sandbox';
import { ConfigError, type Secret, type SecretStore } from '@testbench/types';

import { MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from '../limits.js';

/**
 * Makes a store of secrets that are at hand.
 *
 * @throws {ConfigError} `CONFIG_INVALID` for a name, value or host that no secret can have; never with the value.
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
  for (const [name, secret] of Object.entries(secrets)) {
    const { value } = secret;
    checkName(name);
    if (!isSecretValue(value)) {
      invalid(`secrets.${name}.value`, 'expected 8 to 8,192 printable ASCII characters');
    }
    void hostsOfSecret(name, secret);
    own.set(name, structuredClone(secret));
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
 * @throws {ConfigError} `CONFIG_INVALID` for a name or host that no secret can have.
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
  const own = new Map<string, EnvSecret & { readonly env: string }>();
  for (const [name, secret] of Object.entries(secrets)) {
    checkName(name);
    void hostsOfSecret(name, secret);
    own.set(name, { ...secret, env: secret.env ?? name });
  }
  return {
    specificationVersion: 'v1',
    read(name) {
      const secret = own.get(name);
      if (secret === undefined) return undefined;
      const { env: variable, ...rest } = secret;
      const value = Object.hasOwn(env, variable) ? env[variable] : undefined;
      return value === undefined ? undefined : { ...rest, value };
    },
  };
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
