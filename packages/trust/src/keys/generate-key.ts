import { createPrivateKey, generateKeyPair, type KeyObject } from 'node:crypto';

import { TrustError } from '../errors.js';
import { MAX_KEY_BYTES, MAX_PASSPHRASE_LENGTH, MIN_PASSPHRASE_LENGTH } from '../limits.js';
import { encryptKey } from './encrypt-key.js';
import { describeKey } from './public-key.js';
import { type SigningKey, toSigningKey } from './signing-key.js';

/** Algorithms of generated keys. */
export const SIGNING_ALGORITHMS = ['ecdsa-p256', 'ed25519'] as const;

/** Algorithm of a signing key. */
export type SigningAlgorithm = (typeof SIGNING_ALGORITHMS)[number];

/** A new key pair, as texts that can be written to files. */
export interface GeneratedKey {
  /** `sha256:` and the hex digest of the public key's DER. */
  readonly id: string;
  /** In PEM. */
  readonly publicKey: string;
  /** PKCS #8 in PEM, encrypted with the passphrase (scrypt, AES-256). */
  readonly privateKey: string;
}

/**
 * Generates a key pair.
 *
 * @param passphrase 8 to 1,024 characters.
 * @throws {TrustError} `TRUST_PASSPHRASE` if it is shorter or longer.
 *
 * @example
 * ```ts
 * import { generateKey } from '@testbench/trust';
 *
 * const { privateKey } = await generateKey('ecdsa-p256', 'correct horse battery');
 * privateKey.startsWith('-----BEGIN ENCRYPTED PRIVATE KEY-----'); // => true
 * ```
 */
export async function generateKey(
  algorithm: SigningAlgorithm,
  passphrase: string,
): Promise<GeneratedKey> {
  if (!SIGNING_ALGORITHMS.includes(algorithm)) {
    throw new TypeError(
      `Cannot generate key: algorithm is none of ${SIGNING_ALGORITHMS.join(', ')}`,
    );
  }
  checkPassphrase(passphrase);
  const { publicKey, privateKey } = await generatePair(algorithm);
  const { id } = describeKey(publicKey);
  return {
    id,
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }),
    privateKey: await encryptKey(privateKey, passphrase),
  };
}

/**
 * Decrypts a private key: ECDSA on P-256 or Ed25519, PKCS #8 in PEM.
 *
 * @throws {TrustError} `TRUST_PASSPHRASE` if it is wrong; `TRUST_KEY_INVALID` if this is not an encrypted private key;
 *   `TRUST_KEY_UNSUPPORTED` for another algorithm. No message contains any part of the key or the passphrase.
 *
 * @example
 * ```ts
 * import { generateKey, readPrivateKey } from '@testbench/trust';
 *
 * const { id, privateKey } = await generateKey('ed25519', 'correct horse battery');
 * readPrivateKey(privateKey, 'correct horse battery').id === id; // => true
 * ```
 */
export function readPrivateKey(pem: string, passphrase: string): SigningKey {
  if (pem.length > MAX_KEY_BYTES || !/^\s*-----BEGIN ENCRYPTED PRIVATE KEY-----/.test(pem)) {
    throw new TrustError(
      'TRUST_KEY_INVALID',
      'Cannot read private key: expected PEM that begins with "-----BEGIN ENCRYPTED PRIVATE KEY-----"',
    );
  }
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: pem, passphrase });
  } catch {
    // Without the cause: OpenSSL's message depends on wrongly decrypted bytes.
    throw new TrustError(
      'TRUST_PASSPHRASE',
      'Cannot decrypt private key: the passphrase is wrong, or the file is damaged',
    );
  }
  const signing = toSigningKey(key);
  if (!SIGNING_ALGORITHMS.some((algorithm) => algorithm === signing.algorithm)) {
    throw new TrustError(
      'TRUST_KEY_UNSUPPORTED',
      `Cannot sign with key: it is ${signing.algorithm}; use ECDSA P-256 or Ed25519`,
    );
  }
  return signing;
}

function checkPassphrase(passphrase: string): void {
  const { length } = passphrase;
  if (length < MIN_PASSPHRASE_LENGTH || length > MAX_PASSPHRASE_LENGTH) {
    throw new TrustError(
      'TRUST_PASSPHRASE',
      `Cannot use passphrase: it has ${length} characters, allowed are ${MIN_PASSPHRASE_LENGTH} to ${MAX_PASSPHRASE_LENGTH}`,
    );
  }
}

function generatePair(
  algorithm: SigningAlgorithm,
): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return new Promise((resolve, reject) => {
    const done = (error: Error | null, publicKey: KeyObject, privateKey: KeyObject): void => {
      if (error === null) resolve({ publicKey, privateKey });
      else reject(error);
    };
    if (algorithm === 'ed25519') generateKeyPair('ed25519', {}, done);
    else generateKeyPair('ec', { namedCurve: 'prime256v1' }, done);
  });
}
