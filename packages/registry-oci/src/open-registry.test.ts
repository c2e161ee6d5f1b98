import { testPluginStore } from '@testbench/test-kit/contracts';
import { type OciRegistry, serveRegistry } from '@testbench/test-kit/oci-registry';
import type { PluginStore } from '@testbench/types/stores';
import { afterAll } from 'vitest';

import { prefixedStore } from './__fixtures__/prefixed-store.js';
import { openRegistry } from './open-registry.js';

for (const hasReferrers of [true, false]) {
  const serving: Promise<OciRegistry> = serveRegistry({ hasReferrers });
  afterAll(async () => (await serving)[Symbol.asyncDispose]());
  const prefixes = new Map<PluginStore, string>();
  let opened = 0;
  const open = async (prefix: string): Promise<PluginStore> => {
    const { host } = await serving;
    const store = prefixedStore(openRegistry(), `${host}/${prefix}`);
    prefixes.set(store, prefix);
    return store;
  };
  testPluginStore(`openRegistry() ${hasReferrers ? 'with' : 'without'} the referrers API`, {
    open: () => open(`s${(opened += 1)}`),
    reopen: (store) => open(prefixes.get(store)!),
  });
}
