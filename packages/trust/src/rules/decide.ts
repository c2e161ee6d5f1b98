import type { ArtifactIdentity, RefusalCode, Signer, Verification } from '@testbench/types/stores';

import type { Refusal } from '../bundle/refusal.js';
import type { Statement } from '../bundle/statement.js';
import type { AdmittedSigner } from './admit-signer.js';
import type { ReadNameRule } from './parse-trust-rules.js';

/**
 * Order of refusals, the most informative first: a revoked key says more than garbage next to it. Every code is listed, so that no
 * refusal can be taken for the absence of a signature.
 */
const TELLING: Readonly<Record<RefusalCode, number>> = {
  KEY_REVOKED: 0,
  WRONG_ARTIFACT: 1,
  SIGNATURE_INVALID: 2,
  KEY_EXPIRED: 3,
  SIGNATURE_EXPIRED: 4,
  CERTIFICATE_INVALID: 5,
  LOG_INVALID: 6,
  TIMESTAMP_INVALID: 7,
  SIGNER_CHANGED: 8,
  THRESHOLD_NOT_MET: 9,
  SIGNER_UNTRUSTED: 10,
  BUNDLE_UNSUPPORTED: 11,
  BUNDLE_INVALID: 12,
  UNSIGNED: 13,
};

/** A bundle with a valid signature by a signer that counts for the artifact. */
export interface OpenClaim extends AdmittedSigner {
  readonly statement: Statement | undefined;
  /** True if it vouches for the artifact; other bundles only describe it. */
  readonly vouches: boolean;
}

/** The contents of an artifact's bundles. */
export interface OpenedClaims {
  readonly claims: readonly OpenClaim[];
  readonly refusals: readonly Refusal[];
}

/**
 * Decides whether an artifact is trusted: the final decision, once the signers are known.
 *
 * @param knownSigners Ids of earlier signers, from the lockfile; empty if there were none.
 */
export function decide(
  { claims, refusals }: OpenedClaims,
  rule: ReadNameRule | undefined,
  knownSigners: readonly string[],
  artifact: ArtifactIdentity,
): Verification {
  const vouching = claims.filter(({ vouches }) => vouches);
  const named = distinct(vouching.filter(({ firstUse }) => !firstUse));
  // A signer trusted by a rule takes precedence over one trusted on first use.
  const firstUse = named.length === 0 && vouching.length > 0;
  const signers = firstUse ? distinct(vouching) : named;
  const quoted = JSON.stringify(`${artifact.name}@${artifact.version}`.slice(0, 200));

  if (signers.length === 0) return decideUnsigned(refusals, rule, knownSigners, quoted);
  if (knownSigners.length > 0 && !signers.some(({ id }) => knownSigners.includes(id))) {
    return refused('SIGNER_CHANGED', `Cannot trust ${quoted}: it is signed by others than before`);
  }
  const threshold = rule?.threshold ?? 1;
  if (signers.length < threshold) {
    return refused(
      'THRESHOLD_NOT_MET',
      `Cannot trust ${quoted}: ${signers.length} of ${threshold} signers vouch for it`,
    );
  }
  const attestations = claims.flatMap(({ statement, signer, firstUse: first }) =>
    statement === undefined || (first && !firstUse)
      ? []
      : [{ predicateType: statement.predicateType, predicate: statement.predicate, signer }],
  );
  return { outcome: 'trusted', signers, firstUse, attestations };
}

function decideUnsigned(
  refusals: readonly Refusal[],
  rule: ReadNameRule | undefined,
  knownSigners: readonly string[],
  quoted: string,
): Verification {
  const [telling] = refusals.toSorted((a, b) => TELLING[a.code] - TELLING[b.code]);
  if (knownSigners.length > 0 && telling?.code === 'SIGNER_UNTRUSTED') {
    return refused('SIGNER_CHANGED', `Cannot trust ${quoted}: it is signed by others than before`);
  }
  if (telling !== undefined) return refused(telling.code, telling.message);
  if (knownSigners.length > 0) {
    return refused('UNSIGNED', `Cannot trust ${quoted}: it is not signed, and was before`);
  }
  return rule?.unsigned === 'process'
    ? { outcome: 'unsigned', isolation: 'process' }
    : refused('UNSIGNED', `Cannot trust ${quoted}: it is not signed by a trusted signer`);
}

function distinct(claims: readonly OpenClaim[]): Signer[] {
  return [...new Map(claims.map(({ signer }) => [signer.id, signer])).values()];
}

function refused(code: RefusalCode, message: string): Verification {
  return { outcome: 'refused', code, message };
}
