import type { ArtifactSubject, PluginStore, StoredReferrer } from '@testbench/types/stores';

import { BUNDLES_TIMEOUT_MS, MAX_BUNDLE_BYTES, MAX_BUNDLES } from './limits.js';

/** Media type of bundles that are attached; those of older versions are found too. */
export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const TYPES = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.\d)?\+json(?:;version=0\.\d)?$/;

/** Attaches a bundle to an artifact: a signature, an attestation. */
export async function attachBundle(
  store: PluginStore,
  subject: ArtifactSubject,
  bundle: Uint8Array,
  signal?: AbortSignal,
): Promise<StoredReferrer> {
  const options = signal === undefined ? {} : { signal };
  return await store.attach(subject, { artifactType: BUNDLE_TYPE, bytes: bundle }, options);
}

/**
 * The bundles that are attached to an artifact, by anyone: give them to a `Verifier`. One that cannot be read is left out, as if it were
 * not there; at most 64 are read, and none after five minutes.
 */
export async function readBundles(
  store: PluginStore,
  subject: ArtifactSubject,
  signal?: AbortSignal,
): Promise<Uint8Array[]> {
  const found = await store.referrers(subject, undefined, signal === undefined ? {} : { signal });
  const late = AbortSignal.timeout(BUNDLES_TIMEOUT_MS);
  const options = { signal: signal === undefined ? late : AbortSignal.any([signal, late]) };
  const bundles: Uint8Array[] = [];
  for (const { digest, artifactType } of found
    .filter((each) => TYPES.test(each.artifactType ?? ''))
    .slice(0, MAX_BUNDLES)) {
    if (artifactType === undefined) continue;
    try {
      const artifact = await store.resolve({ name: subject.name, digest }, options);
      const [layer] = artifact.layers;
      // Its size is known before it is fetched.
      if (
        artifact.subject !== subject.digest ||
        layer === undefined ||
        layer.size > MAX_BUNDLE_BYTES
      )
        continue;
      bundles.push(await store.readLayer(subject.name, layer, options));
    } catch {
      signal?.throwIfAborted();
      if (late.aborted) break;
    }
  }
  return bundles;
}
