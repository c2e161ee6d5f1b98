import { listClaims, parseTrustRules } from '@testbench/trust';
import type { ArtifactIdentity } from '@testbench/types/stores';

/**
 * Why a bundle cannot be read, or why it is about something else; undefined if it can be attached. Whether the signer is trusted is
 * not decided here.
 */
export function describeUnfit(bundle: Uint8Array, artifact: ArtifactIdentity): string | undefined {
  const [claim] = listClaims(artifact, [bundle], { rules: parseTrustRules({}) });
  if (claim?.code === undefined || claim.code === 'SIGNER_UNTRUSTED') return undefined;
  return claim.message;
}
