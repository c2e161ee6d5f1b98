import {
  type ArtifactIdentity,
  BUNDLE_LIMITS,
  type RefusalCode,
  type Signer,
} from '@testbench/types/stores';

import { toRefusal } from './bundle/to-refusal.js';
import { type ClaimContext, openClaim, readClaim } from './open-claim.js';
import { claimContext, readVerifierOptions, type VerifierOptions } from './verifier-options.js';

/** The statement of one bundle about an artifact, and whether its signer is trusted. */
export interface ListedClaim {
  /** URI that defines the predicate's type; undefined for a message signature, and for an unreadable bundle. */
  readonly predicateType: string | undefined;
  /** The claim: JSON of any shape. Unless `state` is `trusted`, it is unverified. */
  readonly predicate: unknown;
  /**
   * `trusted`: by a signer whom the rules list for this name. `unknown-signer`: the signature is valid, but no rule names the signer.
   * `refused`: anything else; `code` says why.
   */
  readonly state: 'trusted' | 'unknown-signer' | 'refused';
  /** The signer with a valid signature; undefined if it is refused. */
  readonly signer: Signer | undefined;
  /** Why it is refused. */
  readonly code: RefusalCode | undefined;
  /** An explanation for people. */
  readonly message: string | undefined;
}

/**
 * Lists the statements of bundles about an artifact, each separately: for display only; `Verifier.verify` decides. Untrusted statements are also in
 * the list, marked as such.
 *
 * @param bundles JSON in UTF-8, of unknown origin; at most 64 are read.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`, `CONFIG_INVALID`
 *
 * @example
 * ```ts
 * import { generateKey, listClaims, parseTrustRules, readPrivateKey, signRelease } from '@testbench/trust';
 *
 * const { privateKey } = await generateKey('ed25519', 'correct horse battery');
 * const artifact = { digest: `sha256:${'0'.repeat(64)}`, name: 'acme/length', version: '1.0.0' };
 * const bundle = signRelease(artifact, readPrivateKey(privateKey, 'correct horse battery'));
 * const [claim] = listClaims(artifact, [bundle], { rules: parseTrustRules({}) });
 * claim?.state; // => 'unknown-signer'
 * ```
 */
export function listClaims(
  artifact: ArtifactIdentity,
  bundles: readonly Uint8Array[],
  options: VerifierOptions,
): ListedClaim[] {
  const context = claimContext(artifact, readVerifierOptions(options));
  return bundles.slice(0, BUNDLE_LIMITS.count).map((bundle) => listClaim(bundle, context));
}

function listClaim(bundle: Uint8Array, context: ClaimContext): ListedClaim {
  let predicateType: string | undefined;
  let predicate: unknown;
  try {
    const claim = readClaim(bundle, context);
    predicateType = claim.statement?.predicateType;
    predicate = claim.statement?.predicate;
    const { signer, firstUse } = openClaim(claim, context);
    const state = firstUse ? 'unknown-signer' : 'trusted';
    return { predicateType, predicate, state, signer, code: undefined, message: undefined };
  } catch (error) {
    const { code, message } = toRefusal(error);
    return { predicateType, predicate, state: 'refused', signer: undefined, code, message };
  }
}
