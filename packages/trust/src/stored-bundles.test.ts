import type { PluginStore } from '@testbench/types/stores';
import { afterEach, expect, it, vi } from 'vitest';

import { BUNDLE_TYPE, readBundles } from './stored-bundles.js';

afterEach(() => void vi.restoreAllMocks());

it('reads no more bundles where a registry lets them drip', async () => {
  const end = new AbortController();
  vi.spyOn(AbortSignal, 'timeout').mockReturnValue(end.signal);
  const subject = { name: 'a', digest: `sha256:${'1'.repeat(64)}` };
  const attached = ['2', '3', '4'].map((digit) => `sha256:${digit.repeat(64)}`);
  let reads = 0;
  const store = {
    referrers: async () => attached.map((digest) => ({ digest, artifactType: BUNDLE_TYPE })),
    resolve: async () => ({ subject: subject.digest, layers: [{ size: 1 }] }),
    async readLayer() {
      reads += 1;
      if (reads === 1) return new Uint8Array([1]);
      end.abort(new DOMException('late', 'TimeoutError'));
      throw end.signal.reason;
    },
  } as unknown as PluginStore;
  expect(await readBundles(store, subject)).toEqual([new Uint8Array([1])]);
  expect(reads).toBe(2);
});
