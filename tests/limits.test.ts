import { PluginSystem } from '@testbench/core';
import { assemble, guestWat, packed } from '@testbench/test-kit';
import { describe, expect, it } from 'vitest';

/**
 * A plugin that behaves well unless its input asks for trouble: the first byte of the
 * data text decides. The envelope is `{"data":"…"`, so that byte lies at offset 9.
 */
const troublemaker = assemble(
  guestWat({
    memory: '(memory (export "memory") 2 1000)',
    execute: `
      (local $kind i32)
      (local.set $kind (i32.load8_u offset=9 (local.get $ptr)))
      (if (i32.eq (local.get $kind) (i32.const 108)) (then (loop $forever (br $forever))))
      (if (i32.eq (local.get $kind) (i32.const 114)) (then (drop (call $recurse (i32.const 0)))))
      (if (i32.eq (local.get $kind) (i32.const 103)) (then
        (loop $grow
          (br_if $grow (i32.ne (memory.grow (i32.const 16)) (i32.const -1))))
        (unreachable)))
      (if (i32.eq (local.get $kind) (i32.const 116)) (then (unreachable)))
      ${packed(4096, 15)}`,
    rest: `(func $recurse (param i32) (result i32)
      (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (i32.const 1)))`,
    outputText: '{"data":"fine"}',
  }),
);

const endless = { maxFuel: Number.MAX_SAFE_INTEGER };

describe('limits', () => {
  it.each([
    { kind: 'loop', code: 'CALL_FUEL_EXHAUSTED', limits: { maxFuel: 1_000_000 } },
    { kind: 'loop', code: 'CALL_DEADLINE_EXCEEDED', limits: { ...endless, timeoutMs: 50 } },
    { kind: 'recurse', code: 'CALL_STACK_EXHAUSTED', limits: {} },
    { kind: 'grow', code: 'CALL_MEMORY_EXHAUSTED', limits: { maxMemoryBytes: 4 * 1024 * 1024 } },
    { kind: 'trap', code: 'CALL_TRAPPED', limits: {} },
    { kind: 'fine', code: 'CALL_OUTPUT_TOO_LARGE', limits: { maxOutputBytes: 10 } },
    { kind: 'fine, but long', code: 'CALL_INVALID_INPUT', limits: { maxInputBytes: 10 } },
  ])('stop a call that would $kind with $code', async ({ kind, code, limits }) => {
    await using system = new PluginSystem();
    await system.loadPluginFromBytes('guest', troublemaker, { limits });
    await expect(system.executePlugin('guest', { data: kind })).rejects.toMatchObject({ code });
    expect(system.getPluginInfo('guest')).toMatchObject({ status: 'error', errorCount: 1 });
  });

  it.each(['loop', 'recurse', 'grow', 'trap'])(
    'leave the plugin usable after a call that would %s',
    async (kind) => {
      await using system = new PluginSystem();
      const limits = { maxFuel: 100_000_000, maxMemoryBytes: 4 * 1024 * 1024 };
      await system.loadPluginFromBytes('guest', troublemaker, { limits });
      await expect(system.executePlugin('guest', { data: kind })).rejects.toThrow(/^Cannot /);
      await expect(system.executePlugin('guest', { data: 'fine' })).resolves.toMatchObject({
        data: 'fine',
        // A fresh instance: the memory that the failed one grew is gone.
        metadata: { memoryUsedBytes: 2 * 65_536 },
      });
    },
  );

  // The distance to the deadline is asserted in attack/.
  it("stop an endless loop on the caller's own thread", async () => {
    await using system = new PluginSystem({ limits: endless });
    await system.loadPluginFromBytes('guest', troublemaker);
    await expect(
      system.executePlugin('guest', { data: 'loop' }, { timeoutMs: 100 }),
    ).rejects.toMatchObject({ code: 'CALL_DEADLINE_EXCEEDED' });
  });

  it.each([
    { part: 'plugin_init', parts: { init: '(loop $l (br $l)) (i32.const 0)' } },
    { part: 'plugin_metadata', parts: { metadata: '(loop $l (br $l)) (i64.const 0)' } },
    { part: 'the start function', parts: { rest: '(func $s (loop $l (br $l))) (start $s)' } },
  ])('hold in $part too', async ({ parts }) => {
    await using system = new PluginSystem({ limits: { maxFuel: 1_000_000 } });
    await expect(
      system.loadPluginFromBytes('guest', assemble(guestWat(parts))),
    ).rejects.toMatchObject({ code: expect.stringMatching(/^LOAD_/) });
    expect(system.pluginCount).toBe(0);
  });

  it('refuse more plugins than maxLoadedPlugins', async () => {
    await using system = new PluginSystem({ maxLoadedPlugins: 1 });
    await system.loadPluginFromBytes('one', troublemaker);
    await expect(system.loadPluginFromBytes('two', troublemaker)).rejects.toMatchObject({
      code: 'LOAD_TOO_MANY_PLUGINS',
    });
  });

  it('refuse a declared memory above the limit', async () => {
    const large = assemble(guestWat({ memory: '(memory (export "memory") 200)' }));
    await using system = new PluginSystem({ limits: { maxMemoryBytes: 100 * 65_536 } });
    await expect(system.loadPluginFromBytes('guest', large)).rejects.toMatchObject({
      code: 'LOAD_REJECTED',
    });
  });
});
