import { BUNDLE_LIMITS, type PluginStore, type StoredArtifact } from '@testbench/types/stores';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { readBundles } from './bundles.js';
import { createMemoryStore } from './memory-store.js';

const V03 = 'application/vnd.dev.sigstore.bundle.v0.3+json';
let store: PluginStore;
let artifact: StoredArtifact;

beforeEach(async () => {
  store = createMemoryStore();
  const layers = [{ mediaType: 'application/wasm', bytes: new Uint8Array([0]) }];
  artifact = await store.write({ name: 'team/a', version: '1.0.0', layers });
});
afterEach(() => void vi.restoreAllMocks());

const attach = (text: string, artifactType = V03) =>
  store.attach(artifact, { artifactType, bytes: new TextEncoder().encode(text) });
const texts = async (signal?: AbortSignal) =>
  (await readBundles(store, artifact, signal)).map((bytes) => new TextDecoder().decode(bytes));

describe('the bundles of an artifact', () => {
  it('are those of every version, and nothing else that is attached', async () => {
    await attach('0.3');
    await attach('0.2', 'application/vnd.dev.sigstore.bundle+json;version=0.2');
    await attach('sbom', 'application/vnd.cyclonedx+json');
    expect((await texts()).toSorted()).toEqual(['0.2', '0.3']);
  });

  it('are not fetched where they are too large', async () => {
    await attach('x'.repeat(BUNDLE_LIMITS.bytes + 1));
    await attach('small');
    const read = vi.spyOn(store, 'readLayer');
    expect(await texts()).toEqual(['small']);
    expect(read).toHaveBeenCalledTimes(1);
  });

  it('are those that came in time, where a registry lets them drip', async () => {
    await attach('first');
    await attach('second');
    const end = new AbortController();
    vi.spyOn(AbortSignal, 'timeout').mockReturnValue(end.signal);
    const readLayer = store.readLayer.bind(store);
    let reads = 0;
    vi.spyOn(store, 'readLayer').mockImplementation(async (...given) => {
      reads += 1;
      if (reads === 1) return await readLayer(...given);
      end.abort(new DOMException('late', 'TimeoutError'));
      throw end.signal.reason;
    });
    expect(await texts()).toHaveLength(1);
    expect(reads).toBe(2);
  });

  it('are none where reading is given up', async () => {
    await attach('first');
    const reason = new Error('enough');
    await expect(texts(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});
