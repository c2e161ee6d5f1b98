import { listClaims, parseTrustRules } from '@testbench/trust';
import type { ArtifactIdentity } from '@testbench/types/stores';

/**
 * Why nobody could read a bundle, or why it is about something else; undefined if it may be attached. Whether somebody trusts the signer is
 * not decided here.
 */
export function describeUnfit(bundle: Uint8Array, artifact: ArtifactIdentity): string | undefined {
  const [claim] = listClaims(artifact, [bundle], { rules: parseTrustRules({}) });
  if (claim?.code === undefined || claim.code === 'SIGNER_UNTRUSTED') return undefined;
  return claim.message;
}
