import { spawn } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { describeFileError } from '@testbench/host/files';
import { parseJsonText } from '@testbench/types';
import { StoreError } from '@testbench/types/errors';

import type { FindCredentials, RegistryCredentials } from './credentials.js';
import { HELPER_TIMEOUT_MS, MAX_CONFIG_BYTES, MAX_TOKEN_BYTES } from './limits.js';

/** The key that Docker writes for its own registry. */
const DOCKER_HUB = 'https://index.docker.io/v1/';
const HELPER = /^[a-z0-9][a-z0-9-]*$/;

interface DockerConfig {
  readonly auths?: Readonly<
    Record<string, { readonly auth?: unknown; readonly identitytoken?: unknown }>
  >;
  readonly credsStore?: unknown;
  readonly credHelpers?: Readonly<Record<string, unknown>>;
}

/**
 * Finds the credentials stored by `docker login`, for {@link openRegistry}: those in the file, or those of the credential helper
 * that it names.
 *
 * @param path Path of Docker's `config.json`. @default in `$DOCKER_CONFIG`, or else in `~/.docker`
 * @returns A function that finds nothing if the file does not exist, and fails with `STORE_UNUSABLE` if the file or the helper is unusable.
 *
 * @example
 * ```ts
 * import { dockerCredentials } from '@testbench/registry-oci';
 *
 * await dockerCredentials('/nowhere/config.json')('registry.example.com'); // => undefined
 * ```
 */
export function dockerCredentials(
  path: string = join(process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json'),
): FindCredentials {
  return async (host) => {
    const config = await readConfig(path);
    if (config === undefined) return undefined;
    const keys = keysOf(host);
    const helper =
      keys.map((key) => ownValue(config.credHelpers, key)).find((name) => name !== undefined) ??
      config.credsStore;
    if (typeof helper === 'string' && helper !== '') return await askHelper(helper, keys[0]!, path);
    for (const key of keys) {
      const entry = ownValue(config.auths, key);
      if (entry !== undefined && entry !== null) return decodeEntry(entry, path);
    }
    return undefined;
  };
}

function ownValue<Value>(
  record: Readonly<Record<string, Value>> | undefined,
  key: string,
): Value | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

/** Keys in the file that may stand for a host. */
function keysOf(host: string): readonly string[] {
  if (host === 'docker.io') return [DOCKER_HUB, host];
  return [host, `https://${host}`, `http://${host}`, `https://${host}/v2/`, `https://${host}/v1/`];
}

async function readConfig(path: string): Promise<DockerConfig | undefined> {
  try {
    const { size } = await stat(path);
    if (size > MAX_CONFIG_BYTES) throw unusable(path, `it has ${size} bytes`);
    const config = parseJsonText(await readFile(path));
    if (typeof config !== 'object' || config === null) throw unusable(path, 'it is no object');
    return config;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    if (error instanceof StoreError) throw error;
    throw unusable(path, describeFileError(error) ?? 'it is not JSON', error);
  }
}

function decodeEntry(
  { auth, identitytoken }: { readonly auth?: unknown; readonly identitytoken?: unknown },
  path: string,
): RegistryCredentials | undefined {
  const token =
    typeof identitytoken === 'string' && identitytoken !== ''
      ? { identityToken: identitytoken }
      : {};
  if (typeof auth !== 'string' || auth === '') {
    return 'identityToken' in token ? { username: '', password: '', ...token } : undefined;
  }
  const text = Buffer.from(auth, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 1) throw unusable(path, 'one of its "auth" is no name and password');
  return { username: text.slice(0, colon), password: text.slice(colon + 1), ...token };
}

/** @see https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol */
async function askHelper(
  name: string,
  key: string,
  path: string,
): Promise<RegistryCredentials | undefined> {
  if (!HELPER.test(name)) throw unusable(path, 'the name of its credential helper is none');
  const command = `docker-credential-${name}`;
  const output = await new Promise<string>((resolve, reject) => {
    const child = spawn(command, ['get'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: HELPER_TIMEOUT_MS,
    });
    let text = '';
    child.on('error', (error) => reject(unusable(path, `${command} does not start`, error)));
    child.stdin.on('error', () => {});
    child.stdin.end(key);
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (part: string) => {
      text += part;
      if (text.length > MAX_TOKEN_BYTES) child.kill();
    });
    child.on('close', () => resolve(text));
  });
  let answer: unknown;
  try {
    answer = JSON.parse(output);
  } catch {
    // The helper says in words that it has none.
    return undefined;
  }
  const { Username: username, Secret: password } = (answer ?? {}) as Record<string, unknown>;
  if (typeof username !== 'string' || typeof password !== 'string') return undefined;
  return username === '<token>'
    ? { username: '', password: '', identityToken: password }
    : { username, password };
}

function unusable(path: string, state: string, cause?: unknown): StoreError {
  // Without the parser's message, which may quote a password.
  return new StoreError(
    'STORE_UNUSABLE',
    `Cannot read credentials from ${JSON.stringify(path)}: ${state}`,
    { cause },
  );
}
