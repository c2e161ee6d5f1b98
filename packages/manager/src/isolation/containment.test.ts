import { canSuspend } from '@testbench/runtime';
import { assemble, guestWat, packed } from '@testbench/test-kit';
import type { PluginInput } from '@testbench/types';
import { afterEach, describe, expect, it } from 'vitest';

import { PluginManager } from '../plugin-manager.js';

const FOREVER = '(loop (br 0)) (unreachable)';
const input = { data: null };

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

function open(...options: ConstructorParameters<typeof PluginManager>): PluginManager {
  const manager = new PluginManager(...options);
  opened.push(manager);
  return manager;
}

const isolations = ['inline', 'thread', 'process'] as const;

describe.each(isolations)('isolation: %s', (isolation) => {
  it('refuses an input that is none alone, and closes afterwards', async () => {
    const manager = open({ isolation });
    await manager.load(assemble(guestWat()));
    const none = null as unknown as PluginInput;
    const results = await manager.executeBatch('guest', [input, none, input]);
    expect(results).toMatchObject([
      { value: { data: 'fine' } },
      { reason: { code: 'CALL_INVALID_INPUT' } },
      { value: { data: 'fine' } },
    ]);
    await expect(manager.execute('guest', none)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
    });
    expect(manager.info('guest')?.status).toBe('error');
    await manager.close();
  });

  it('counts no host calls of a call that never ran', async () => {
    const manager = open({ isolation });
    await manager.load(
      assemble(
        guestWat({
          imports: '(import "env" "host_random" (func $random (param i32) (result i32)))',
          execute: `(drop (call $random (i32.const 1))) ${packed(4096, 15)}`,
        }),
      ),
    );
    await manager.execute('guest', input);
    for (let count = 0; count < 3; count += 1) {
      await expect(manager.execute('guest', { data: 1n })).rejects.toMatchObject({
        code: 'CALL_INVALID_INPUT',
      });
    }
    expect(manager.info('guest')?.statistics.hostCalls).toEqual({ host_random: 1 });
  });

  it('reports every input of a batch that fails with many words', async () => {
    const manager = open({ isolation });
    await manager.load(
      assemble(
        guestWat({
          memory: '(memory (export "memory") 3)',
          imports: '(import "env" "host_error" (func $error (param i32 i32) (result i32)))',
          // Sixteen thousand times "é", or as many as are kept.
          init: `(local $i i32)
            (loop
              (i32.store16 (i32.add (i32.const 131072) (local.get $i)) (i32.const 0xa9c3))
              (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 2))) (i32.const 32000))))
            (i32.const 0)`,
          execute: '(drop (call $error (i32.const 131072) (i32.const 16000))) (i64.const -7)',
        }),
      ),
    );
    const inputs = Array.from({ length: 128 }, () => input);
    const results = await manager.executeBatch('guest', inputs);
    const codes = results.map((result) => result.status === 'rejected' && result.reason.code);
    expect(new Set(codes)).toEqual(new Set(['CALL_PLUGIN_FAILED']));
    expect(results[0]).toMatchObject({ reason: { pluginMessage: 'é'.repeat(4096) } });
    expect(manager.info('guest')?.statistics.outcomes).toEqual({ CALL_PLUGIN_FAILED: 128 });
  });

  it('ends a batch when a timer of the caller cancels it', async () => {
    const manager = open({ isolation });
    // About ten milliseconds each.
    await manager.load(
      assemble(
        guestWat({
          execute: `(local $i i32)
            (loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 5000000))))
            ${packed(4096, 15)}`,
        }),
      ),
    );
    const inputs = Array.from({ length: 1000 }, () => input);
    const results = await manager.executeBatch('guest', inputs, {
      signal: AbortSignal.timeout(50),
    });
    expect(results.length).toBe(1000);
    expect(results.at(-1)).toMatchObject({ reason: { code: 'CALL_CANCELLED' } });
  });

  it.skipIf(isolation === 'inline' && !canSuspend)(
    'cancels a stream that is left while its next part is awaited (inline needs JSPI)',
    async () => {
      const manager = open({ isolation, limits: { maxFuel: 2 ** 50 } });
      // Emits, then loops forever; inline there is no loop: it is the emission that waits.
      await manager.load(
        assemble(
          guestWat({
            imports: '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))',
            execute: `(drop (call $emit (i32.const 4096) (i32.const 4)))
            (drop (call $emit (i32.const 4096) (i32.const 4)))
            ${isolation === 'inline' ? packed(4096, 15) : FOREVER}`,
          }),
        ),
      );
      const stream = manager.executeStream('guest', input);
      const parts = [await stream.next(), await stream.next()];
      expect(parts.map(({ done }) => done)).toEqual([false, false]);
      const pending = isolation === 'inline' ? undefined : stream.next();
      expect(await stream.return()).toEqual({ done: true, value: undefined });
      expect(await pending).toEqual(pending && { done: true, value: undefined });
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      await expect
        .poll(() => manager.info('guest')?.statistics.outcomes)
        .toEqual({
          CALL_CANCELLED: 1,
        });
    },
  );
});

describe('a thread', () => {
  // A plugin that does not shut down must not affect other plugins' calls.
  it('gives a result before the plugins that leave have left', async () => {
    const manager = open({ isolation: 'thread', maxThreads: 1, limits: { maxFuel: 2 ** 50 } });
    await manager.load(assemble(guestWat({ shutdown: FOREVER })), { id: 'evil' });
    const slow = assemble(
      guestWat({
        execute: `(local $i i32)
          (loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 50000000))))
          ${packed(4096, 15)}`,
      }),
    );
    await manager.load(slow, { id: 'good' });
    const order: string[] = [];
    const good = manager.execute('good', input).then(() => order.push('good'));
    await manager.unload('evil');
    // Waits for the thread, which is busy with the plugin that is shutting down.
    const next = manager.execute('good', input).then(() => order.push('next'));
    await good;
    expect(order).toEqual(['good']);
    await next;
  });

  it('lets closing end what does not leave', async () => {
    const manager = open({ isolation: 'thread', limits: { maxFuel: 2 ** 50 } });
    for (const id of ['a', 'b', 'c']) {
      await manager.load(assemble(guestWat({ shutdown: FOREVER })), { id });
    }
    await manager.close();
    expect(manager.pluginCount).toBe(0);
  });
});
