import { assemble, guestWat, METADATA, packed } from '@testbench/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';
import { ISOLATIONS } from './isolation.js';

const input = { data: null };
const host = (name: string, params: number): string =>
  `(import "env" "${name}" (func $${name} (param${' i32'.repeat(params)}) (result i32)))`;

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

/** Reports that it is a filter once a call has stored the key `{` and trapped. */
const changeling = assemble(
  guestWat({
    imports: host('host_get_state', 4) + host('host_set_state', 4),
    rest: `(data (i32.const 12000) "${METADATA.replace('custom', 'filter').replaceAll('"', '\\"')}")`,
    metadata: `(if (result i64)
      (i32.ge_s (call $host_get_state (i32.const 1024) (i32.const 1) (i32.const 9000) (i32.const 8)) (i32.const 0))
      (then ${packed(12000, METADATA.length)})
      (else ${packed(1024, METADATA.length)}))`,
    execute: `(drop (call $host_set_state (i32.const 1024) (i32.const 1) (i32.const 1024) (i32.const 1)))
      (unreachable)`,
  }),
);

/** Answers with a random digit. @param init Code before `plugin_init` answers. */
const rolling = (init: string): Uint8Array =>
  assemble(
    guestWat({
      imports: host('host_random', 1),
      init: `${init} (i32.const 0)`,
      outputText: '{"data":0}',
      execute: `(i32.store8 (i32.const 4104) (i32.add (i32.const 48) (call $host_random (i32.const 10))))
        ${packed(4096, 10)}`,
    }),
  );

describe.each(ISOLATIONS)('instances: %s', (isolation) => {
  const open = (options: PluginManagerOptions = {}): PluginManager => {
    const manager = new PluginManager({ isolation, ...options });
    opened.push(manager);
    return manager;
  };

  it('refuses a fresh instance that says something else than the first', async () => {
    const manager = open();
    await manager.load(changeling);
    await expect(manager.execute('guest', input)).rejects.toMatchObject({ code: 'CALL_TRAPPED' });
    await expect(manager.execute('guest', input)).rejects.toMatchObject({
      code: 'CALL_START_FAILED',
      message: expect.stringContaining('"plugin_type" of plugin_metadata is not what it said'),
    });
  });

  it('gives a golden input the same random numbers, whatever plugin_init drew', async () => {
    const manager = open({ random: { seed: 7 } });
    const draw = '(drop (call $host_random (i32.const 10)))';
    const digits: unknown[] = [];
    const check = ({ data }: { readonly data: unknown }): boolean => digits.push(data) > 0;
    await manager.load(rolling(''));
    await manager.reload('guest', rolling(''), { golden: [{ input, check }] });
    await manager.reload('guest', rolling(draw), { golden: [{ input, check }] });
    expect(digits).toHaveLength(2);
    expect(digits[1]).toBe(digits[0]);
  });
});
