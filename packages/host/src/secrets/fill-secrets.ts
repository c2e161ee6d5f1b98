import { HostCode } from '@testbench/types';

import { EffectFailure } from '../effects/effect-failure.js';
import { hostsOfSecret, isSecretValue, SECRET_NAME, type SecretStore } from './secret-store.js';

const PLACEHOLDER = /\$\{secret:([^}]*)(\}?)/g;

/** Headers as they are sent, and the secrets that are in them. */
export interface FilledHeaders {
  readonly headers: ReadonlyMap<string, string>;
  /** Values, to be masked in what comes back. */
  readonly used: readonly string[];
}

/**
 * Fills `${secret:NAME}` in the values of headers.
 *
 * A secret that does not exist and one that is not for this host or plugin give the same code, so that a plugin learns
 * nothing about which there are. What is filled in is not looked at again.
 *
 * @throws {EffectFailure} Denied, or invalid argument for a placeholder that is not one. Never with a value.
 */
export async function fillSecrets(
  headers: ReadonlyMap<string, string>,
  url: URL,
  pluginId: string,
  store: SecretStore | undefined,
): Promise<FilledHeaders> {
  const found = new Map<string, string>();
  for (const value of headers.values()) {
    for (const [, name = '', end] of value.matchAll(PLACEHOLDER)) {
      if (end === '' || !SECRET_NAME.test(name)) {
        throw new EffectFailure(HostCode.invalidArgument, 'a header has a malformed ${secret:…}');
      }
      if (!found.has(name)) found.set(name, await readSecret(name, url, pluginId, store));
    }
  }
  if (found.size === 0) return { headers, used: [] };
  const filled = new Map<string, string>();
  for (const [name, value] of headers) {
    filled.set(
      name,
      value.replace(PLACEHOLDER, (_match, secret: string) => found.get(secret) ?? ''),
    );
  }
  return { headers: filled, used: [...found.values()] };
}

async function readSecret(
  name: string,
  url: URL,
  pluginId: string,
  store: SecretStore | undefined,
): Promise<string> {
  let secret: Awaited<ReturnType<SecretStore['read']>>;
  try {
    secret = await store?.read(name);
  } catch {
    // A store's message may quote what it read.
    throw new EffectFailure(HostCode.inputOutput, `secret "${name}" could not be read`);
  }
  if (secret === undefined) denied(name, 'there is none of that name');
  const { value, plugins } = secret;
  if (plugins !== undefined && !plugins.includes(pluginId)) denied(name, 'not for this plugin');
  if (!hostsOfSecret(name, secret).allowsRequest(url)) {
    denied(name, `not for ${url.origin}`);
  }
  if (isSecretValue(value)) return value;
  throw new EffectFailure(HostCode.inputOutput, `secret "${name}" cannot stand in a header`);
}

function denied(name: string, why: string): never {
  throw new EffectFailure(HostCode.permissionDenied, `secret "${name}": ${why}`);
}
