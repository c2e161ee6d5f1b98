import { constants } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { TrustError } from '../errors.js';
import { MAX_KEY_BYTES, MAX_KEYS } from '../limits.js';
import { generateKey, readPrivateKey, type SigningAlgorithm } from './generate-key.js';
import { type KeyAlgorithm, readPublicKey } from './public-key.js';
import type { SigningKey } from './signing-key.js';

const PRIVATE = '.key.pem';
const PUBLIC = '.pub.pem';
/** Also used as a file name: no separators, no leading dot. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** A key in a folder. */
export interface StoredKey {
  readonly name: string;
  /** `sha256:` and the hex digest of the public key's DER. */
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  /** In PEM. */
  readonly publicKey: string;
}

/**
 * Keys in a folder: `<name>.key.pem`, encrypted and readable only by its owner, and `<name>.pub.pem` to give away.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { KeyFolder } from '@testbench/trust';
 *
 * const keys = new KeyFolder(mkdtempSync('/tmp/keys-'));
 * await keys.generate('acme', 'ed25519', 'correct horse battery');
 * (await keys.list()).map(({ name }) => name); // => ['acme']
 * (await keys.open('acme', 'correct horse battery')).algorithm; // => 'ed25519'
 * ```
 */
export class KeyFolder {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Generates a key.
   *
   * @throws {TrustError} `TRUST_KEY_EXISTS`, `TRUST_KEY_INVALID` for the name, `TRUST_PASSPHRASE`, `TRUST_UNREADABLE`.
   */
  async generate(
    name: string,
    algorithm: SigningAlgorithm,
    passphrase: string,
  ): Promise<StoredKey> {
    checkName(name);
    const { id, publicKey, privateKey } = await generateKey(algorithm, passphrase);
    await this.#guard('write', name, async () => {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      const path = this.#path(name, PRIVATE);
      await writeNew(path, privateKey, 0o600);
      try {
        await writeNew(this.#path(name, PUBLIC), publicKey, 0o644);
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
    });
    return { name, id, algorithm, publicKey };
  }

  /**
   * The keys in the folder, by name. A file that is not a key is skipped.
   *
   * @throws {TrustError} `TRUST_UNREADABLE`
   */
  async list(): Promise<StoredKey[]> {
    const files = await this.#guard('read', '', async () => {
      return await readdir(this.#folder).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      });
    });
    const names = files
      .filter((file) => file.endsWith(PUBLIC))
      .map((file) => file.slice(0, -PUBLIC.length));
    const keys: StoredKey[] = [];
    for (const name of names
      .filter((each) => NAME.test(each))
      .toSorted()
      .slice(0, MAX_KEYS)) {
      try {
        keys.push(await this.find(name));
      } catch (error) {
        if (!(error instanceof TrustError)) throw error;
      }
    }
    return keys;
  }

  /**
   * Reads the public half of a key.
   *
   * @throws {TrustError} `TRUST_KEY_NOT_FOUND`, `TRUST_KEY_INVALID`, `TRUST_KEY_UNSUPPORTED`, `TRUST_UNREADABLE`.
   */
  async find(name: string): Promise<StoredKey> {
    const publicKey = await this.#read(name, PUBLIC, false);
    const { id, algorithm } = readPublicKey(publicKey);
    return { name, id, algorithm, publicKey };
  }

  /**
   * Decrypts a key, to sign with it.
   *
   * @throws {TrustError} `TRUST_KEY_NOT_FOUND`; `TRUST_KEY_PERMISSIONS` if others may read or replace the file, or it is a link;
   *   `TRUST_PASSPHRASE`, `TRUST_KEY_INVALID`, `TRUST_KEY_UNSUPPORTED`, `TRUST_UNREADABLE`.
   */
  async open(name: string, passphrase: string): Promise<SigningKey> {
    return readPrivateKey(await this.#read(name, PRIVATE, true), passphrase);
  }

  async #read(name: string, ending: string, isPrivate: boolean): Promise<string> {
    checkName(name);
    return await this.#guard('read', name, async () => {
      // Follow no link, and do not wait for the writer of a pipe.
      const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
      const file = await open(this.#path(name, ending), flags);
      try {
        const found = await file.stat();
        const who = process.getuid?.();
        const isOwn = who === undefined || found.uid === who || found.uid === 0;
        if (!found.isFile()) throw permissions(name, 'it is no regular file');
        if (isPrivate && process.platform !== 'win32' && (!isOwn || (found.mode & 0o077) !== 0)) {
          throw permissions(
            name,
            'others may read or replace it; make it readable for its owner alone (chmod 600)',
          );
        }
        const buffer = Buffer.alloc(MAX_KEY_BYTES);
        const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
        return buffer.toString('utf8', 0, bytesRead);
      } finally {
        await file.close();
      }
    });
  }

  #path(name: string, ending: string): string {
    return join(this.#folder, `${name}${ending}`);
  }

  async #guard<Value>(action: string, name: string, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (cause instanceof TrustError || code === undefined) throw cause;
      const what = name === '' ? 'keys' : `key ${JSON.stringify(name)}`;
      if (code === 'ELOOP') throw permissions(name, 'it is a link');
      if (code === 'ENOENT') {
        throw new TrustError('TRUST_KEY_NOT_FOUND', `Cannot ${action} ${what}: there is none`, {
          cause,
        });
      }
      if (code === 'EEXIST') {
        throw new TrustError(
          'TRUST_KEY_EXISTS',
          `Cannot ${action} ${what}: there is one of that name`,
          { cause },
        );
      }
      throw new TrustError('TRUST_UNREADABLE', `Cannot ${action} ${what}: ${code}`, { cause });
    }
  }
}

/** Never overwrites a file: it may be the only copy. */
async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

function checkName(name: string): void {
  if (NAME.test(name)) return;
  throw new TrustError(
    'TRUST_KEY_INVALID',
    'Cannot name key: a name has letters, digits, ".", "_" and "-", at most 64, and begins with a letter or digit',
  );
}

function permissions(name: string, state: string): TrustError {
  return new TrustError(
    'TRUST_KEY_PERMISSIONS',
    `Cannot use key ${JSON.stringify(name)}: ${state}`,
  );
}
