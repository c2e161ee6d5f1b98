import { createHash, createPublicKey, type KeyObject } from 'node:crypto';

import { escapeText, truncateText } from '@testbench/types';

import { TrustError } from '../errors.js';
import { MAX_KEY_BYTES } from '../limits.js';

/** Algorithms of keys whose signatures are verified. The key determines the algorithm: nothing in a signature may choose it. */
export const KEY_ALGORITHMS = ['ecdsa-p256', 'ecdsa-p384', 'ecdsa-p521', 'ed25519', 'rsa'] as const;

/** Algorithm of a key. */
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** A public key, and its id. */
export interface PublicKey {
  /** `sha256:` and the hex digest of its DER (SubjectPublicKeyInfo). */
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  readonly key: KeyObject;
}

const CURVES: Readonly<Record<string, KeyAlgorithm>> = {
  prime256v1: 'ecdsa-p256',
  secp384r1: 'ecdsa-p384',
  secp521r1: 'ecdsa-p521',
};

/** Below this size, a factorisation has been demonstrated or is imminent. */
const MIN_RSA_BITS = 2048;
/** Above this size, one check takes longer than all others together. */
const MAX_RSA_BITS = 8192;

/**
 * Reads a public key in PEM (`-----BEGIN PUBLIC KEY-----`).
 *
 * @throws {TrustError} `TRUST_KEY_INVALID` if it is not a public key, or is a private key; `TRUST_KEY_UNSUPPORTED` for algorithms other than
 *   ECDSA on P-256, P-384 and P-521, Ed25519, and RSA of 2,048 to 8,192 bits.
 *
 * @example
 * ```ts
 * import { generateKey, readPublicKey } from '@testbench/trust';
 *
 * const { publicKey } = await generateKey('ed25519', 'correct horse battery');
 * readPublicKey(publicKey).algorithm; // => 'ed25519'
 * ```
 */
export function readPublicKey(pem: string): PublicKey {
  // Node would derive a public key from a private one, and from a certificate.
  if (pem.length > MAX_KEY_BYTES || !/^\s*-----BEGIN PUBLIC KEY-----/.test(pem)) {
    throw new TrustError(
      'TRUST_KEY_INVALID',
      'Cannot read public key: expected PEM that begins with "-----BEGIN PUBLIC KEY-----"',
    );
  }
  let key: KeyObject;
  try {
    key = createPublicKey(pem);
  } catch (cause) {
    throw new TrustError('TRUST_KEY_INVALID', 'Cannot read public key: its bytes are not a key', {
      cause,
    });
  }
  return describeKey(key);
}

/** Reads a public key in DER, in base64, the form used in our statements. */
export function readPublicKeyDer(base64: string): PublicKey | undefined {
  if (base64.length > MAX_KEY_BYTES || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return undefined;
  try {
    const der = Buffer.from(base64, 'base64');
    return describeKey(createPublicKey({ key: der, format: 'der', type: 'spki' }));
  } catch {
    return undefined;
  }
}

/** Identifies a key by its bytes and its algorithm. */
export function describeKey(key: KeyObject): PublicKey {
  return { id: keyId(key), algorithm: algorithmOf(key), key };
}

/** `sha256:` and the hex digest of a public key's DER. */
function keyId(key: KeyObject): string {
  const der = key.export({ format: 'der', type: 'spki' });
  return `sha256:${createHash('sha256').update(der).digest('hex')}`;
}

function algorithmOf(key: KeyObject): KeyAlgorithm {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ed25519') return 'ed25519';
  if (type === 'ec') {
    const curve = details?.namedCurve ?? '';
    const algorithm = Object.hasOwn(CURVES, curve) ? CURVES[curve] : undefined;
    if (algorithm !== undefined) return algorithm;
  }
  if (type === 'rsa') {
    const bits = details?.modulusLength ?? 0;
    const exponent = details?.publicExponent ?? 0n;
    if (
      bits >= MIN_RSA_BITS &&
      bits <= MAX_RSA_BITS &&
      exponent >= 65_537n &&
      exponent < 2n ** 32n
    ) {
      return 'rsa';
    }
  }
  const named = escapeText(truncateText(`${type ?? 'unknown'} ${details?.namedCurve ?? ''}`, 40));
  throw new TrustError(
    'TRUST_KEY_UNSUPPORTED',
    `Cannot use key: ${named.trim()} is not supported; use ECDSA P-256 or Ed25519`,
  );
}
