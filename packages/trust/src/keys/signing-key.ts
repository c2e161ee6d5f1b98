import { createPublicKey, type KeyObject, sign } from 'node:crypto';

import { describeKey, type KeyAlgorithm } from './public-key.js';

/** Signs bytes with a key that stays hidden: printing the object shows no part of the key. */
export interface SigningKey {
  /** `sha256:` and the hex digest of the public key's DER. */
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  /** The public key, in PEM. */
  readonly publicKey: string;
  sign(bytes: Uint8Array): Uint8Array;
}

/** Wraps a private key so that it cannot be read again. */
export function toSigningKey(key: KeyObject): SigningKey {
  const publicKey = createPublicKey(key);
  const hash = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  return {
    ...withoutKey(describeKey(publicKey)),
    publicKey: publicKey.export({ format: 'pem', type: 'spki' }),
    sign: (bytes) => sign(hash, bytes, key),
  };
}

function withoutKey({ id, algorithm }: Pick<SigningKey, 'id' | 'algorithm'>): {
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
} {
  return { id, algorithm };
}
