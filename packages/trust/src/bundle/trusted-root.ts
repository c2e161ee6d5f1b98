import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toTrustMaterial, type TrustMaterial } from '@sigstore/verify';
import { parseJsonText } from '@testbench/types';

import { TrustError } from '../errors.js';
import { MAX_RULES_BYTES } from '../limits.js';

/** Trusted authorities of certificates, logs and timestamps. */
export interface TrustedAuthorities {
  /** @internal */
  readonly material: TrustMaterial;
}

const MEDIA_TYPES = new Set([
  'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  'application/vnd.dev.sigstore.trustedroot.v0.1+json',
  'application/vnd.dev.sigstore.trustedroot.v0.2+json',
]);

/**
 * Reads a trusted root of Sigstore: `trusted_root.json`, of the public instance or of a private one.
 *
 * @param file Path that it was read from, which messages quote. @default none: they say "trusted root"
 * @throws {TrustError} `TRUST_ROOT_INVALID`
 */
export function readTrustedRoot(source: Uint8Array | string, file?: string): TrustedAuthorities {
  const invalid = (state: string, cause?: unknown): TrustError => {
    const what = file === undefined ? 'trusted root' : `trusted root ${JSON.stringify(file)}`;
    return new TrustError('TRUST_ROOT_INVALID', `Cannot read ${what}: ${state}`, { cause });
  };
  if (source.length > MAX_RULES_BYTES) throw invalid('it is too large');
  try {
    const root = TrustedRoot.fromJSON(parseJsonText(source));
    if (!MEDIA_TYPES.has(root.mediaType)) throw invalid('its media type is another');
    for (const { publicKey } of [...root.tlogs, ...root.ctlogs]) {
      // A key without a start date would be trusted for any time.
      if (publicKey?.validFor?.start === undefined) throw invalid('a log has no start of validity');
    }
    return { material: toTrustMaterial(root) };
  } catch (cause) {
    if (cause instanceof TrustError) throw cause;
    throw invalid('it is no trusted root of Sigstore', cause);
  }
}
