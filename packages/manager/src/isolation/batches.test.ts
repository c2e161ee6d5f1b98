import { assemble, guestWat, packed } from '@testbench/test-kit';
import type { PluginInput } from '@testbench/types';
import { afterEach, describe, expect, it } from 'vitest';

import { MAX_BATCH_LENGTH } from '../limits.js';
import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const input = { data: null };
const fine = assemble(guestWat());
/** Runs for some milliseconds. */
const slow = assemble(
  guestWat({
    execute: `(local $n i32)
      (loop $again
        (br_if $again (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 4000000))))
      ${packed(4096, 15)}`,
  }),
);
/** Answers a batch with its number of bytes in one entry, so it fails for more than one input. */
const failingBatch = assemble(
  guestWat({
    rest: `(data (i32.const 8192) "[{\\"data\\":1}]")
      (func (export "plugin_execute_batch") (param i32 i32) (result i64) ${packed(8192, 12)})`,
  }),
);

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

describe.each(['inline', 'thread', 'process'] as const)('executeBatch(): %s', (isolation) => {
  const open = async (
    module: Uint8Array,
    options: PluginManagerOptions = {},
  ): Promise<PluginManager> => {
    const manager = new PluginManager({ isolation, ...options });
    opened.push(manager);
    await manager.load(module);
    return manager;
  };

  // 300 inputs with 300 ms each: inline, all of them succeeded; in threads and processes, only those that got their turn in time.
  it('gives each input its own time limit, however long the batch takes', async () => {
    const manager = await open(slow, { maxThreads: 1, maxProcessesPerPlugin: 1 });
    const { metadata } = await manager.execute('guest', input);
    const timeoutMs = 1000;
    // More than one group, and together over the limit; a single one takes some milliseconds.
    const count = Math.max(130, Math.ceil((1.5 * timeoutMs) / metadata.executionTimeMs));
    const inputs = Array.from({ length: count }, () => input);
    const results = await manager.executeBatch('guest', inputs, { timeoutMs });
    expect(results).toHaveLength(count);
    expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['fulfilled']));
  });

  it('does not count the time until its turn', async () => {
    const manager = await open(slow, { maxConcurrentExecutions: 1, maxThreads: 1 });
    const first = manager.executeBatch(
      'guest',
      Array.from({ length: 100 }, () => input),
    );
    const second = manager.executeBatch('guest', [input], { timeoutMs: 10_000 });
    expect((await second)[0]).toMatchObject({ status: 'fulfilled' });
    expect(await first).toHaveLength(100);
  });

  it('lets holes and what is no input fail alone', async () => {
    const manager = await open(fine);
    const inputs: unknown[] = [input];
    inputs[2] = undefined;
    inputs[3] = null;
    inputs[4] = 5;
    inputs[5] = { data: undefined };
    inputs[7] = input;
    const results = await manager.executeBatch('guest', inputs as PluginInput[]);
    const refused = { status: 'rejected', reason: { code: 'CALL_INVALID_INPUT' } };
    const good = { status: 'fulfilled' };
    expect(results).toMatchObject([good, ...Array.from({ length: 6 }, () => refused), good]);
    expect(manager.info('guest')).toMatchObject({
      executionCount: 8,
      errorCount: 6,
      status: 'ready',
    });
  });

  it.each([undefined, null, 5, 'inputs', {}, { length: 3 }])(
    'refuses %o as a list',
    async (list) => {
      const manager = await open(fine);
      await expect(
        manager.executeBatch('guest', list as unknown as PluginInput[]),
      ).rejects.toBeInstanceOf(TypeError);
    },
  );

  it('refuses a list with millions of holes', async () => {
    const manager = await open(fine);
    const holes: PluginInput[] = [];
    holes.length = MAX_BATCH_LENGTH + 1;
    await expect(manager.executeBatch('guest', holes)).rejects.toBeInstanceOf(RangeError);
  });

  it.each([
    { name: 'emptied', change: (list: PluginInput[]) => list.splice(0) },
    { name: 'made longer', change: (list: PluginInput[]) => list.push({ data: 1n }) },
    { name: 'overwritten', change: (list: (PluginInput | undefined)[]) => list.fill(undefined) },
  ])('runs the list as it was when it is $name meanwhile', async ({ change }) => {
    const manager = await open(fine, { maxConcurrentExecutions: 1 });
    const inputs = Array.from({ length: 100 }, (): PluginInput => input);
    const others = Array.from({ length: 100 }, (): PluginInput => input);
    const running = manager.executeBatch('guest', inputs);
    const waiting = manager.executeBatch('guest', others);
    change(inputs);
    change(others);
    for (const results of await Promise.all([running, waiting])) {
      expect(results).toHaveLength(100);
      expect(new Set(results.map(({ status }) => status))).toEqual(new Set(['fulfilled']));
    }
  });

  it('gives each input the same random numbers, with inputs that are refused between them', async () => {
    const random = assemble(
      guestWat({
        imports: '(import "env" "host_random" (func $random (param i32) (result i32)))',
        execute: `(i32.store8 (i32.const 4105) (i32.add (i32.const 48) (call $random (i32.const 10))))
          ${packed(4096, 15)}`,
        outputText: '{"data":"0---"}',
      }),
    );
    const data = async (): Promise<unknown[]> => {
      const manager = await open(random, { random: { seed: 7 } });
      const inputs = Array.from({ length: 20 }, (_, index) => ({ data: index % 3 === 1 ? 1n : 0 }));
      const results = await manager.executeBatch('guest', inputs);
      return results.map((result) => result.status === 'fulfilled' && result.value.data);
    };
    const inline = new PluginManager({ isolation: 'inline', random: { seed: 7 } });
    opened.push(inline);
    await inline.load(random);
    const singly: unknown[] = [];
    for (let index = 0; index < 20; index += 1) {
      const result = inline.execute('guest', { data: index % 3 === 1 ? 1n : 0 });
      singly.push(
        await result.then(
          ({ data: value }) => value,
          () => false,
        ),
      );
    }
    expect(await data()).toEqual(singly);
  });

  it('runs each input alone where a group of the batch fails, also in a large batch', async () => {
    const manager = await open(failingBatch);
    const results = await manager.executeBatch(
      'guest',
      Array.from({ length: 150 }, () => input),
    );
    expect(results).toHaveLength(150);
    for (const result of results) expect(result).toMatchObject({ value: { data: 'fine' } });
  });
});
