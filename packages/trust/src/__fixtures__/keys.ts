import { generateKeyPairSync } from 'node:crypto';

import { type SigningKey, toSigningKey } from '../keys/signing-key.js';

/** A new key that exists only in memory, so that no test waits for scrypt. */
export function testKey(algorithm: 'ecdsa-p256' | 'ed25519' = 'ed25519'): SigningKey {
  const { privateKey } =
    algorithm === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return toSigningKey(privateKey);
}
