import { assemble, guestWat } from '@testbench/test-kit';
import type { ModuleStore } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

import { compilePlugin } from './compile-plugin.js';
import { ModuleCache } from './module-cache.js';

const bytes = assemble(guestWat());
const options = { maxMemoryBytes: 2 ** 20 };

/** A store that returns the same entry for every key. */
const storeOf = (entry: Uint8Array<ArrayBuffer> | undefined) => {
  const written: Uint8Array[] = [];
  const store: ModuleStore = {
    specificationVersion: 'v1',
    read: async () => entry,
    write: async (_key, content) => void written.push(content),
  };
  return { store, written };
};

describe('compilePlugin()', () => {
  // Row 109 of the attack catalogue: a digest shows that an entry is complete, not that it is a module.
  it.each([
    { name: 'nothing', entry: new Uint8Array() },
    { name: 'no module', entry: new TextEncoder().encode('no module at all') },
    { name: 'a module that is not metered', entry: bytes },
    { name: 'an empty module', entry: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) },
  ])('meters again where a store has $name', async ({ entry }) => {
    const { store, written } = storeOf(entry);
    const { module } = await compilePlugin(bytes, {
      ...options,
      cache: new ModuleCache({ store }),
    });
    expect(WebAssembly.Module.exports(module).map(({ name }) => name)).toContain('plugin_execute');
    expect(written).toHaveLength(1);
    expect(WebAssembly.validate(written[0] as Uint8Array<ArrayBuffer>)).toBe(true);
    expect(written[0]).not.toEqual(entry);
  });

  it('keeps both ways of metering apart', async () => {
    const { store, written } = storeOf(undefined);
    const cache = new ModuleCache({ store });
    const coarse = await compilePlugin(bytes, { ...options, cache });
    const exact = await compilePlugin(bytes, { ...options, metering: 'exact', cache });
    expect([coarse.metering, exact.metering]).toEqual(['coarse', 'exact']);
    expect(exact.module).not.toBe(coarse.module);
    expect(written).toHaveLength(2);
    expect(await compilePlugin(bytes, { ...options, metering: 'coarse', cache })).toEqual(coarse);
  });

  it('takes what it has written', async () => {
    const first = storeOf(undefined);
    await compilePlugin(bytes, { ...options, cache: new ModuleCache({ store: first.store }) });
    const second = storeOf(first.written[0] as Uint8Array<ArrayBuffer>);
    const compileModule = (): never => {
      throw new RangeError('It was compiled again');
    };
    const cache = new ModuleCache({ store: second.store });
    await compilePlugin(bytes, { ...options, cache, compileModule });
    expect(second.written).toHaveLength(0);
  });
});
