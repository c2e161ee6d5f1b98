import { readOptions } from '@testbench/types/config';
import { BUNDLE_LIMITS, type Verifier, type VerifyArtifactOptions } from '@testbench/types/stores';

import { Refusal } from './bundle/refusal.js';
import { toRefusal } from './bundle/to-refusal.js';
import { type ClaimContext, openClaim, readClaim } from './open-claim.js';
import { decide, type OpenClaim, type OpenedClaims } from './rules/decide.js';
import { claimContext, readVerifierOptions, type VerifierOptions } from './verifier-options.js';

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

async function openAll(
  bundles: readonly Uint8Array[],
  context: ClaimContext,
  signal: AbortSignal | undefined,
): Promise<OpenedClaims> {
  const claims: OpenClaim[] = [];
  const refusals: Refusal[] = [];
  let bytes = 0;
  for (const [index, bundle] of bundles.entries()) {
    signal?.throwIfAborted();
    bytes += bundle.length;
    if (index >= BUNDLE_LIMITS.count || bytes > BUNDLE_LIMITS.totalBytes) {
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
    // A hundred signatures take 20 ms; other tasks run in between.
    if (index % 8 === 7) await new Promise((resolve) => setImmediate(resolve));
  }
  signal?.throwIfAborted();
  return { claims, refusals };
}

function readVerifyOptions(options: VerifyArtifactOptions | undefined): VerifyArtifactOptions {
  return readOptions<VerifyArtifactOptions>(options, {
    knownSigners: (node) => node.list().map((item) => item.text()),
    signal: (node) => node.signal(),
  });
}
