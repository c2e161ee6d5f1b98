import { readOptions } from '@testbench/types/config';
import type {
  ArtifactIdentity,
  RefusalCode,
  Signer,
  Verification,
  Verifier,
  VerifyArtifactOptions,
} from '@testbench/types/stores';

import { Refusal } from './bundle/refusal.js';
import { toRefusal } from './bundle/to-refusal.js';
import { MAX_BUNDLES, MAX_TOTAL_BUNDLE_BYTES } from './limits.js';
import { type ClaimContext, type OpenClaim, openClaim, readClaim } from './open-claim.js';
import type { ReadNameRule } from './rules/parse-trust-rules.js';
import { claimContext, readVerifierOptions, type VerifierOptions } from './verifier-options.js';

/**
 * Order of refusals, the most informative first: a revoked key says more than garbage next to it. Every code has a place, so that no
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

/**
 * Makes a verifier of Sigstore bundles that works without a network: by keys, and, with a trusted root, by certificates.
 *
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, `CONFIG_INVALID`
 *
 * @example
 * ```ts
 * import { createVerifier, parseTrustRules } from '@testbench/trust';
 *
 * const verifier = createVerifier({ rules: parseTrustRules({}) });
 * const artifact = { digest: `sha256:${'0'.repeat(64)}`, name: 'acme/length', version: '1.0.0' };
 * (await verifier.verify(artifact, [])).outcome; // => 'unsigned'
 * ```
 */
export function createVerifier(options: VerifierOptions): Verifier {
  const own = readVerifierOptions(options);
  return {
    specificationVersion: 'v1',
    async verify(artifact, bundles, verifyOptions) {
      const { knownSigners = [], signal } = readVerifyOptions(verifyOptions);
      const context = claimContext(artifact, own);
      const opened = await openAll(bundles, context, signal);
      return decide(opened, context.rule, knownSigners, artifact);
    },
  };
}

interface Opened {
  readonly claims: readonly OpenClaim[];
  readonly refusals: readonly Refusal[];
}

async function openAll(
  bundles: readonly Uint8Array[],
  context: ClaimContext,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const claims: OpenClaim[] = [];
  const refusals: Refusal[] = [];
  let bytes = 0;
  for (const [index, bundle] of bundles.entries()) {
    signal?.throwIfAborted();
    bytes += bundle.length;
    if (index >= MAX_BUNDLES || bytes > MAX_TOTAL_BUNDLE_BYTES) {
      refusals.push(
        new Refusal('BUNDLE_INVALID', 'Cannot verify artifact: it has too many bundles'),
      );
      break;
    }
    try {
      const claim = readClaim(bundle, context);
      try {
        claims.push(openClaim(claim, context));
      } catch (error) {
        // Statements by untrusted signers are ignored: they prove nothing.
        if (claim.vouches) throw error;
      }
    } catch (error) {
      refusals.push(toRefusal(error));
    }
    // A hundred signatures are 20 ms; others have a turn in between.
    if (index % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
  }
  signal?.throwIfAborted();
  return { claims, refusals };
}

function decide(
  { claims, refusals }: Opened,
  rule: ReadNameRule | undefined,
  knownSigners: readonly string[],
  artifact: ArtifactIdentity,
): Verification {
  const vouching = claims.filter(({ vouches }) => vouches);
  const named = distinct(vouching.filter(({ firstUse }) => !firstUse));
  // Who is trusted by a rule counts before who is trusted for being first.
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

function readVerifyOptions(options: VerifyArtifactOptions | undefined): VerifyArtifactOptions {
  return readOptions<VerifyArtifactOptions>(options, {
    knownSigners: (node) => node.list().map((item) => item.text()),
    signal: (node) => node.signal(),
  });
}
