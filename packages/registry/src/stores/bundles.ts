import { PluginError } from '@testbench/types/errors';
import {
  type ArtifactSubject,
  BUNDLE_LIMITS,
  type PluginStore,
  type StoredReferrer,
} from '@testbench/types/stores';

import { BUNDLES_TIMEOUT_MS } from '../limits.js';

/** Artifact type under which signatures are attached. */
const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
/** Other tools attach older versions too. @see https://github.com/sigstore/protobuf-specs/blob/main/protos/sigstore_bundle.proto */
const TYPES = /^application\/vnd\.dev\.sigstore\.bundle(?:\.v0\.\d)?\+json(?:;version=0\.\d)?$/;

/**
 * Attaches a Sigstore bundle to an artifact: a signature or an attestation.
 *
 * @throws {StoreError} As `attach` of the store.
 *
 * @example
 * ```ts
 * import { attachBundle, createMemoryStore, readBundles } from '@testbench/registry/stores';
 *
 * const store = createMemoryStore();
 * const layers = [{ mediaType: 'application/wasm', bytes: Uint8Array.of(0) }];
 * const artifact = await store.write({ name: 'acme/length', version: '1.0.0', layers });
 * await attachBundle(store, artifact, new TextEncoder().encode('{}'));
 * (await readBundles(store, artifact)).length; // => 1
 * ```
 */
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
 * Reads the bundles that anyone has attached to an artifact: pass them to a `Verifier`. An unreadable bundle must not spoil the others: it
 * is skipped, and so is everything after 64 bundles, 32 MiB or five minutes. Without any bundles the verifier refuses.
 *
 * @throws {StoreError} If the store cannot list them.
 *
 * @example
 * ```ts
 * import { createMemoryStore, readBundles } from '@testbench/registry/stores';
 *
 * const artifact = { name: 'acme/length', digest: `sha256:${'0'.repeat(64)}` };
 * await readBundles(createMemoryStore(), artifact); // => []
 * ```
 */
export async function readBundles(
  store: PluginStore,
  artifact: ArtifactSubject,
  signal?: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const given = signal === undefined ? {} : { signal };
  const attached = await store.referrers(artifact, undefined, given);
  const found = attached.filter(({ artifactType = '' }) => TYPES.test(artifactType));
  const late = AbortSignal.timeout(BUNDLES_TIMEOUT_MS);
  const both = signal === undefined ? late : AbortSignal.any([signal, late]);
  const bundles: Uint8Array[] = [];
  let left: number = BUNDLE_LIMITS.totalBytes;
  for (const referrer of found.slice(0, BUNDLE_LIMITS.count)) {
    try {
      const maxBytes = Math.min(left, BUNDLE_LIMITS.bytes);
      const bundle = await readBundle(store, artifact, referrer, maxBytes, both);
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

/** Its size is known before it is fetched. @returns undefined if it is too large, or about another artifact. */
async function readBundle(
  store: PluginStore,
  { name, digest }: ArtifactSubject,
  referrer: StoredReferrer,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  const { subject, layers } = await store.resolve({ name, digest: referrer.digest }, { signal });
  const [layer] = layers;
  if (subject !== digest || layer === undefined || layer.size > maxBytes) return undefined;
  return await store.readLayer(name, layer, { signal });
}
