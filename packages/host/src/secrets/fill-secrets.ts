import { HostCode } from '@testbench/types/abi';
import { ConfigError } from '@testbench/types/errors';
import type { Secret, SecretStore } from '@testbench/types/stores';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_HEADER_BYTES, MAX_SECRET_LENGTH, MIN_SECRET_LENGTH } from '../limits.js';
import { hostsOfSecret, isSecretValue, readStoredSecret, SECRET_NAME } from './secret-store.js';
import type { UsedSecrets } from './used-secrets.js';

const PLACEHOLDER = /\$\{secret:([^}]*)(\}?)/g;

/** Headers that contain credentials. */
const CREDENTIAL_HEADERS: readonly string[] = [
  'authorization',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
];

/** The plugin that uses secrets, and their store. */
export interface SecretUser {
  /** The identities by which a secret recognizes the plugin: the id that it was loaded under, and its digest. */
  readonly identities: readonly string[];
  readonly store: SecretStore | undefined;
  /** Records each value that is filled in, so that it is masked in responses. */
  readonly used: UsedSecrets;
}

/**
 * Fills `${secret:NAME}` in the values of headers.
 *
 * A secret that does not exist and one that is not for this host, header or plugin give the same code, so that a plugin learns
 * nothing about which secrets exist. Filled-in values are not searched for placeholders again.
 *
 * @throws {EffectFailure} Denied; invalid argument for a placeholder that is not one; limit exceeded. Never with a value.
 */
export async function fillSecrets(
  headers: ReadonlyMap<string, string>,
  url: URL,
  user: SecretUser,
): Promise<ReadonlyMap<string, string>> {
  const filled = new Map(headers);
  let bytes = 0;
  for (const [header, value] of headers) {
    const found = new Map<string, string>();
    for (const [, name = '', end] of value.matchAll(PLACEHOLDER)) {
      if (end === '' || !SECRET_NAME.test(name)) {
        throw new EffectFailure(HostCode.invalidArgument, 'a header has a malformed ${secret:…}');
      }
      if (!found.has(name)) found.set(name, await readSecret(name, url, header, user));
    }
    const text = value.replace(PLACEHOLDER, (_match, name: string) => found.get(name) ?? '');
    filled.set(header, text);
    bytes += header.length + text.length + 4;
  }
  if (bytes <= MAX_HEADER_BYTES) return filled;
  throw new EffectFailure(HostCode.limitExceeded, 'its headers are too long with their secrets');
}

async function readSecret(
  name: string,
  url: URL,
  header: string,
  { identities, store, used }: SecretUser,
): Promise<string> {
  const secret = await readFrom(store, name);
  if (secret === undefined) denied(name, 'there is none of that name');
  const { value, plugins, headers = CREDENTIAL_HEADERS } = secret;
  if (plugins !== undefined && !identities.some((identity) => plugins.includes(identity))) {
    denied(name, 'not for this plugin');
  }
  if (!headers.includes(header)) denied(name, `not for the header "${header}"`);
  const hosts = hostsOfSecret(name, secret);
  if (!hosts.allowsRequest(url)) denied(name, `not for ${url.origin}`);
  if (!isSecretValue(value)) {
    // Refused like a missing one: no later attempt would find another value.
    denied(
      name,
      `its value is none; expected ${MIN_SECRET_LENGTH} to ${MAX_SECRET_LENGTH} printable ASCII characters without spaces at the ends`,
    );
  }
  used.add(value, hosts);
  return value;
}

/** The checked value from a store: a third-party store may return anything. */
async function readFrom(store: SecretStore | undefined, name: string): Promise<Secret | undefined> {
  try {
    const secret: unknown = await store?.read(name);
    return secret === undefined ? undefined : readStoredSecret(name, secret);
  } catch (error) {
    // A store's message may quote what it read; ours never does.
    const reason = error instanceof ConfigError ? error.message : 'it could not be read';
    throw new EffectFailure(HostCode.inputOutput, `secret "${name}": ${reason}`);
  }
}

function denied(name: string, why: string): never {
  throw new EffectFailure(HostCode.permissionDenied, `secret "${name}": ${why}`);
}
