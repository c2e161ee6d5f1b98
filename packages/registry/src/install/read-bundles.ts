import { PluginError } from '@testbench/types/errors';
import type { PluginStore, StoredReferrer } from '@testbench/types/stores';

import {
  BUNDLES_TIMEOUT_MS,
  MAX_BUNDLE_BYTES,
  MAX_BUNDLES,
  MAX_TOTAL_BUNDLE_BYTES,
} from './limits.js';

/** As what signatures are attached. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** Others attach those of older versions too. @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
const TYPES = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.\d)?\+json(?:;version=0\.\d)?$/;

/**
 * Reads the bundles that are attached to an artifact, by anyone. What cannot be read must not spoil what can: it is left out, and so is
 * what comes after too many, too much or too long. Without any the verifier refuses.
 */
export async function readBundles(
  store: PluginStore,
  artifact: { readonly name: string; readonly digest: string },
  signal: AbortSignal | undefined,
): Promise<readonly Uint8Array[]> {
  const attached = await store.referrers(
    artifact,
    undefined,
    signal === undefined ? {} : { signal },
  );
  const found = attached.filter(({ artifactType = '' }) => TYPES.test(artifactType));
  const late = AbortSignal.timeout(BUNDLES_TIMEOUT_MS);
  const both = signal === undefined ? late : AbortSignal.any([signal, late]);
  const bundles: Uint8Array[] = [];
  let left = MAX_TOTAL_BUNDLE_BYTES;
  for (const referrer of found.slice(0, MAX_BUNDLES)) {
    try {
      const bundle = await readBundle(
        store,
        artifact,
        referrer,
        Math.min(left, MAX_BUNDLE_BYTES),
        both,
      );
      if (bundle === undefined) continue;
      left -= bundle.length;
      bundles.push(bundle);
    } catch (error) {
      signal?.throwIfAborted();
      if (late.aborted) break;
      if (!PluginError.is(error)) throw error;
    }
  }
  return bundles;
}

/** Its size is known before it is fetched. @returns undefined if it is too large, or about something else. */
async function readBundle(
  store: PluginStore,
  { name, digest }: { readonly name: string; readonly digest: string },
  referrer: StoredReferrer,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { subject, layers } = await store.resolve({ name, digest: referrer.digest }, { signal });
  const [layer] = layers;
  if (subject !== digest || layer === undefined || layer.size > maxBytes) return undefined;
  return await store.readLayer(name, layer, { signal });
}
