import { createPublicKey } from 'node:crypto';

import { bundleToJSON, toDSSEBundle } from '@sigstore/bundle';
import { readOptions } from '@testbench/types/config';
import type { ArtifactIdentity } from '@testbench/types/stores';

import type { SigningKey } from '../keys/signing-key.js';
import { preAuthEncoding } from './open-bundle.js';
import { STATEMENT_TYPE } from './parse-bundle.js';
import { isOurs, PREDICATES } from './predicates.js';
import { STATEMENT_V1 } from './statement.js';

/** The largest value that `Date` accepts. */
const MAX_TIMESTAMP_MS = 8_640_000_000_000_000;

/** A claim about an artifact. */
export interface ArtifactClaim {
  readonly artifact: ArtifactIdentity;
  /** Further digests of the same artifact, such as that of a plugin's module in addition to that of its manifest. @default none */
  readonly digests?: readonly string[];
  /** URI that defines the predicate's type. */
  readonly predicateType: string;
  /** JSON. */
  readonly predicate: Readonly<Record<string, unknown>>;
}

/** Options of {@link signClaim} and {@link signRelease}. */
export interface SignOptions {
  /** Milliseconds since the epoch. @default now */
  readonly timestampMs?: number;
}

/**
 * Signs a claim about an artifact: an in-toto statement in a DSSE envelope, as a Sigstore bundle of version 0.3.
 *
 * @returns JSON in UTF-8, to be attached to the artifact.
 *
 * @example
 * ```ts
 * import { generateKey, readPrivateKey, signClaim } from '@testbench/trust';
 *
 * const { privateKey } = await generateKey('ed25519', 'correct horse battery');
 * const key = readPrivateKey(privateKey, 'correct horse battery');
 * const artifact = { digest: `sha256:${'0'.repeat(64)}`, name: 'acme/length', version: '1.0.0' };
 * const bundle = signClaim({ artifact, predicateType: 'https://example.com/review/v1', predicate: { ok: true } }, key);
 * JSON.parse(new TextDecoder().decode(bundle)).mediaType; // => 'application/vnd.dev.sigstore.bundle.v0.3+json'
 * ```
 */
export function signClaim(
  claim: ArtifactClaim,
  key: SigningKey,
  options?: SignOptions,
): Uint8Array {
  const { timestampMs = Date.now() } = readOptions<SignOptions>(options, {
    timestampMs: (node) => node.wholeNumber(0, MAX_TIMESTAMP_MS),
  });
  const { artifact, predicateType, digests = [] } = claim;
  const name = subjectName(artifact);
  const predicate = isOurs(predicateType)
    ? { ...claim.predicate, ...describeSigner(key, timestampMs) }
    : claim.predicate;
  const statement = {
    _type: STATEMENT_V1,
    subject: [...new Set([artifact.digest, ...digests])].map((digest) => ({
      name,
      digest: { sha256: readSha256(digest) },
    })),
    predicateType,
    predicate,
  };
  const payload = Buffer.from(JSON.stringify(statement));
  const signature = Buffer.from(key.sign(preAuthEncoding(STATEMENT_TYPE, payload)));
  const bundle = toDSSEBundle({
    artifact: payload,
    artifactType: STATEMENT_TYPE,
    signature,
    keyHint: key.id,
  });
  return Buffer.from(JSON.stringify(bundleToJSON(bundle)));
}

/**
 * Vouches for an artifact: states that it is published under this name and version. The public key is included for users who trust
 * on first use.
 *
 * @example
 * ```ts
 * import { createVerifier, generateKey, parseTrustRules, readPrivateKey, signRelease } from '@testbench/trust';
 *
 * const { privateKey, publicKey } = await generateKey('ed25519', 'correct horse battery');
 * const artifact = { digest: `sha256:${'0'.repeat(64)}`, name: 'acme/length', version: '1.0.0' };
 * const bundle = signRelease(artifact, readPrivateKey(privateKey, 'correct horse battery'));
 * const rules = parseTrustRules({ keys: { acme: { publicKey } }, names: [{ name: 'acme/*', signers: ['acme'] }] });
 * (await createVerifier({ rules }).verify(artifact, [bundle])).outcome; // => 'trusted'
 * ```
 */
export function signRelease(
  artifact: ArtifactIdentity,
  key: SigningKey,
  options?: SignOptions,
): Uint8Array {
  const { name, version } = artifact;
  const claim = { artifact, predicateType: PREDICATES.release, predicate: { name, version } };
  return signClaim(claim, key, options);
}

/** The time of signing, and the key: trust on first use has no other source for it. */
function describeSigner({ publicKey }: SigningKey, timestampMs: number): object {
  const der = createPublicKey(publicKey).export({ format: 'der', type: 'spki' });
  return { signedAt: new Date(timestampMs).toISOString(), publicKey: der.toString('base64') };
}

/** The artifact's name in our statements. */
export function subjectName({ name, version }: ArtifactIdentity): string {
  return `${name}@${version}`;
}

/** The hex digits of `sha256:…`. */
export function readSha256(digest: string): string {
  const [, hex] = /^sha256:([0-9a-f]{64})$/.exec(digest) ?? [];
  if (hex === undefined)
    throw new TypeError('Cannot use digest: expected "sha256:" and 64 hex digits');
  return hex;
}
