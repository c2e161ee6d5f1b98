import { readFileSync } from 'node:fs';

import { type OptionReaders, readOptions } from '@testbench/types/config';
import { Redis, type RedisOptions } from 'ioredis';

import { QueueError } from './errors.js';

/** The address of the queue, and how to connect to it. */
export interface QueueAddress {
  /** `redis://` or `rediss://` with TLS; may have a user name, a password and a database number. Never shown with its password. */
  readonly url: string;
  /** Used instead of the credentials in the URL, which other users of the machine may see. */
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** File with the certificate authority of the server, in PEM, for `rediss://`. @default the authorities of Node */
  readonly ca?: string | undefined;
}

const ADDRESS: OptionReaders<QueueAddress> = {
  url: (node) => node.text(),
  username: (node) => node.text(),
  password: (node) => node.text(),
  ca: (node) => node.text(),
};

/** @throws {ConfigError} For an unknown key or a wrong value. */
function readAddress(address: QueueAddress): QueueAddress {
  return readOptions<QueueAddress>(address, ADDRESS, '', ['url']);
}

/** The address as it may be shown: without user name and password. */
export function shownAddress({ url }: QueueAddress): string {
  if (!URL.canParse(url)) return 'the address';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}

/**
 * Reads the address of a queue.
 *
 * @throws {QueueError} `QUEUE_URL_INVALID`; the message does not contain the address's user name or password.
 */
export function redisOptions(address: QueueAddress): RedisOptions {
  const { url, ca, ...given } = readAddress(address);
  const invalid = (state: string): QueueError =>
    new QueueError('QUEUE_URL_INVALID', `Cannot use the address of the queue: ${state}`);
  if (!URL.canParse(url)) throw invalid('it is no URL such as redis://localhost:6379');
  const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(url);
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    throw invalid('it has to begin with redis:// or rediss://');
  }
  if (hostname === '' || search !== '' || hash !== '') {
    throw invalid('it has to be a host, with a port and the number of a database at most');
  }
  const [, database] = /^\/?(\d{0,4})$/.exec(pathname) ?? [];
  if (database === undefined) throw invalid('what follows the host is no number of a database');
  if (ca !== undefined && protocol !== 'rediss:') {
    throw invalid('an authority for certificates needs rediss://');
  }
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? 6379 : Number(port),
    // Without a number it is the first database.
    db: Number(database),
    ...credentials(given.username ?? decoded(username), given.password ?? decoded(password)),
    ...(protocol === 'rediss:'
      ? { tls: { servername: hostname, ...(ca === undefined ? {} : { ca: readCa(ca) }) } }
      : {}),
    // Waits for a queue that is temporarily unreachable: no acknowledged data is lost in the meantime.
    maxRetriesPerRequest: null,
    retryStrategy: (attempt) => Math.min(50 * attempt, 1000),
    enableReadyCheck: true,
  };
}

function decoded(text: string): string | undefined {
  if (text === '') return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function credentials(
  username: string | undefined,
  password: string | undefined,
): Pick<RedisOptions, 'username' | 'password'> {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new QueueError(
      'QUEUE_URL_INVALID',
      `Cannot read the authority ${JSON.stringify(path)}: ${(cause as NodeJS.ErrnoException).code}`,
      { cause },
    );
  }
}

/** How long the first connection may take, in milliseconds. */
const FIRST_MS = 10_000;
/** Errors that waiting does not fix. */
const REFUSED = /WRONGPASS|NOAUTH|NOPERM|DB index|certificate|SSL|TLS|self.signed|EPROTO/i;

/**
 * Connects to Redis.
 *
 * @param onNotice Called when the connection is lost and when it is restored.
 * @throws {QueueError} `QUEUE_URL_INVALID`, `QUEUE_UNREACHABLE`.
 */
export async function connectQueue(
  address: QueueAddress,
  onNotice: (message: string) => void = () => {},
): Promise<Redis> {
  const client = new Redis({ ...redisOptions(address), lazyConnect: true });
  const shown = shownAddress(address);
  let problem = 'nobody answers';
  let isUp = false;
  const refuse = (state: string): QueueError =>
    new QueueError('QUEUE_UNREACHABLE', `Cannot reach the queue at ${shown}: ${state}`);
  try {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(refuse(problem)), FIRST_MS);
      client.on('error', (error: Error & { code?: string }) => {
        // Without the command: it may contain the data written.
        problem = error.code ?? error.message.split('\n')[0]!.slice(0, 200);
        if (REFUSED.test(`${problem} ${error.message}`)) reject(refuse(problem));
      });
      client.on('ready', () => {
        if (isUp) onNotice(`the queue at ${shown} is back`);
        isUp = true;
        clearTimeout(timer);
        resolve();
      });
      client.on('close', () => {
        if (isUp) onNotice(`the queue at ${shown} is gone (${problem}); it is waited for`);
      });
      client.connect().catch(() => {});
    });
  } catch (error) {
    client.disconnect();
    throw error;
  }
  return client;
}
