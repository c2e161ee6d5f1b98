import { assemble, guestWat, METADATA, packed, withMetadataSection } from '@testbench/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const ITERATIONS = 1000;
/** Behaves like an interpreter: each iteration takes one of several branches; it takes the cheap one, and another one is costly. */
const DISPATCHER = `(local $n i32)
  (loop $next
    (block $done (block $costly (block $cheap
      (br_table $cheap $costly (i32.const 0)))
      (br $done))
      ${'(drop (i32.const 1))'.repeat(200)})
    (br_if $next (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const ${ITERATIONS}))))
  ${packed(4096, 15)}`;

/** A plugin that requests a metering mode, in its custom section and its metadata. */
function dispatcher(asked?: string): Uint8Array<ArrayBuffer> {
  const metadataText =
    asked === undefined ? METADATA : METADATA.replace('{', `{"metering":"${asked}",`);
  return withMetadataSection(
    assemble(guestWat({ metadataText, execute: DISPATCHER })),
    metadataText,
  );
}

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

describe.each(['inline', 'thread', 'process'] as const)('metering: %s', (isolation) => {
  const open = (options: PluginManagerOptions = {}): PluginManager => {
    const manager = new PluginManager({ isolation, ...options });
    opened.push(manager);
    return manager;
  };

  it.each([
    { asked: undefined, manager: undefined, load: undefined, mode: 'coarse' },
    { asked: 'coarse', manager: undefined, load: undefined, mode: 'coarse' },
    { asked: 'exact', manager: undefined, load: undefined, mode: 'exact' },
    { asked: 'exact', manager: 'coarse', load: undefined, mode: 'coarse' },
    { asked: 'exact', manager: 'coarse', load: 'as-asked', mode: 'exact' },
    { asked: undefined, manager: 'exact', load: undefined, mode: 'exact' },
    { asked: 'coarse', manager: undefined, load: 'exact', mode: 'exact' },
  ] as const)(
    'is $mode if the plugin asks for $asked, the manager says $manager, the load $load',
    async ({ asked, manager: choice, load, mode }) => {
      const manager = open(choice === undefined ? {} : { metering: choice });
      const info = await manager.load(
        dispatcher(asked),
        load === undefined ? {} : { metering: load },
      );
      expect(info.metering).toBe(mode);
      const { metadata } = await manager.execute('guest', { data: null });
      // Seven instructions are executed in each iteration; coarse metering also charges for the 400 in the branch that is not taken.
      const perTurn = metadata.fuelUsed / ITERATIONS;
      expect(perTurn < 20 ? 'exact' : perTurn > 200 ? 'coarse' : perTurn).toBe(mode);
    },
  );

  it('keeps the modes of one module apart, and the mode through a reload', async () => {
    const manager = open();
    const coarse = await manager.load(dispatcher(), { id: 'one' });
    const exact = await manager.load(dispatcher(), { id: 'two', metering: 'exact' });
    expect([coarse.metering, exact.metering]).toEqual(['coarse', 'exact']);
    const fuel = async (id: string): Promise<number> =>
      (await manager.execute(id, { data: null })).metadata.fuelUsed;
    const before = await fuel('two');
    expect(before).toBeLessThan((await fuel('one')) / 5);
    await manager.reload('two', dispatcher());
    expect(manager.info('two')?.metering).toBe('exact');
    expect(await fuel('two')).toBe(before);
  });
});

describe('metering', () => {
  it('refuses a choice that there is not', async () => {
    const metering = 'exactly' as 'exact';
    expect(() => new PluginManager({ metering })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', path: 'metering' }),
    );
    const manager = new PluginManager();
    opened.push(manager);
    await expect(manager.load(dispatcher(), { metering })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    });
  });
});
