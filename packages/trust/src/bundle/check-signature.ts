import { constants, verify, type KeyObject } from 'node:crypto';

import { p256, p384, p521 } from '@noble/curves/nist.js';

import type { KeyAlgorithm, PublicKey } from '../keys/public-key.js';
import { Refusal } from './refusal.js';

/** The signed content: bytes, or their SHA-256 for a message of which only the digest is available. */
export type Signed = { readonly bytes: Uint8Array } | { readonly digest: Uint8Array };

/** Hashes that a key may be used with, the usual one first: decided by the key, never by the signature. */
const HASHES: Readonly<Record<KeyAlgorithm, readonly string[]>> = {
  'ecdsa-p256': ['sha256'],
  // Older signers use SHA-256 with every curve.
  'ecdsa-p384': ['sha384', 'sha256'],
  'ecdsa-p521': ['sha512', 'sha256'],
  rsa: ['sha256'],
  ed25519: [],
};

const CURVES = { 'ecdsa-p256': p256, 'ecdsa-p384': p384, 'ecdsa-p521': p521 } as const;

/** True if this key made this signature. */
export function checkSignature(
  { algorithm, key }: PublicKey,
  signed: Signed,
  signature: Uint8Array,
): boolean {
  if ('bytes' in signed) return checkBytes(algorithm, key, signed.bytes, signature);
  if (algorithm in CURVES) {
    return checkDigest(CURVES[algorithm as keyof typeof CURVES], key, signed.digest, signature);
  }
  throw new Refusal(
    'BUNDLE_UNSUPPORTED',
    `Cannot verify bundle: a message signed with ${algorithm} is verified over its bytes, and only its digest is known`,
  );
}

function checkBytes(
  algorithm: KeyAlgorithm,
  key: KeyObject,
  bytes: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    if (algorithm === 'ed25519') return verify(null, bytes, key, signature);
    const parameters =
      algorithm === 'rsa'
        ? { key, padding: constants.RSA_PKCS1_PADDING }
        : { key, dsaEncoding: 'der' as const };
    return HASHES[algorithm].some((hash) => verify(hash, bytes, parameters, signature));
  } catch {
    return false;
  }
}

/** Node verifies only over bytes; a given digest needs the curve itself. */
function checkDigest(
  curve: typeof p256,
  key: KeyObject,
  digest: Uint8Array,
  signature: Uint8Array,
): boolean {
  try {
    const { x = '', y = '' } = key.export({ format: 'jwk' });
    const point = Buffer.concat([
      Buffer.of(4),
      Buffer.from(x, 'base64url'),
      Buffer.from(y, 'base64url'),
    ]);
    // Other verifiers accept both values of `s`; which one was used says nothing about the signer.
    return curve.verify(signature, digest, point, { prehash: false, lowS: false, format: 'der' });
  } catch {
    return false;
  }
}
