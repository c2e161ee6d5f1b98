import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

import { canSuspend } from '@testbench/runtime';
import { assemble, guestWat, METADATA, packed } from '@testbench/test-kit';
import { afterEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import { PluginManager } from '../plugin-manager.js';

const FOREVER = '(loop (br 0)) (unreachable)';
const input = { data: null };
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

/** Emits the bytes at 1024, 1025 and 1026, then answers. */
const emitting = assemble(
  guestWat({
    imports: '(import "env" "host_emit" (func $emit (param i32 i32) (result i32)))',
    execute: `
      (drop (call $emit (i32.const 1024) (i32.const 1)))
      (drop (call $emit (i32.const 1025) (i32.const 1)))
      (drop (call $emit (i32.const 1026) (i32.const 1)))
      ${packed(4096, 15)}`,
  }),
);

const LOG_IMPORT = '(import "env" "host_log" (func $log (param i32 i32 i32) (result i32)))';

/** Logs once and then runs forever if its input is longer than `{"data":null,"context":{"metadata":{}}}`, which is 39 bytes. */
const sometimesForever = assemble(
  guestWat({
    imports: LOG_IMPORT,
    execute: `(if (i32.gt_u (local.get $len) (i32.const 39))
      (then (drop (call $log (i32.const 2) (i32.const 4096) (i32.const 1))) ${FOREVER})) ${packed(4096, 15)}`,
  }),
);

/** Reports when a guest has logged: its call is then running. */
function listen(): { readonly onLog: () => void; readonly logged: () => Promise<unknown> } {
  const guest = new EventEmitter();
  return { onLog: () => guest.emit('log'), logged: () => once(guest, 'log') };
}

/** A batch export that always answers with a list of two, or traps. */
const batching = (answer: string): Uint8Array =>
  assemble(
    guestWat({
      rest: `(data (i32.const 8192) "${answer.replaceAll('"', '\\"')}")
        (func (export "plugin_execute_batch") (param i32 i32) (result i64)
          ${answer === '' ? '(unreachable)' : packed(8192, answer.length)})`,
    }),
  );

function children(): number[] {
  const path = `/proc/${process.pid}/task/${process.pid}/children`;
  return readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number);
}

describe.each(['inline', 'thread', 'process'] as const)('isolation: %s', (isolation) => {
  const open = (options: PluginManagerOptions = {}): PluginManager => {
    const manager = new PluginManager({ isolation, ...options });
    opened.push(manager);
    return manager;
  };

  describe('executeStream()', () => {
    // Inline, a plugin can be streamed only where the engine can suspend it.
    const cannotStream = isolation === 'inline' && !canSuspend;

    it.skipIf(cannotStream)(
      'gives chunks in order, then the result (inline needs JSPI)',
      async () => {
        const manager = open();
        await manager.load(emitting);
        const parts: unknown[] = [];
        for await (const part of manager.executeStream('guest', input)) {
          parts.push(part.type === 'chunk' ? text(part.bytes) : part.output.data);
        }
        expect(parts).toEqual(['{', '"', 'n', 'fine']);
      },
    );

    it.skipIf(cannotStream)(
      'cancels the call when the loop is left (inline needs JSPI)',
      async () => {
        const manager = open();
        await manager.load(emitting);
        for await (const part of manager.executeStream('guest', input)) {
          expect(part.type).toBe('chunk');
          break;
        }
        expect((await manager.execute('guest', input)).data).toBe('fine');
        await expect.poll(() => manager.info('guest')?.status).toBe('ready');
      },
    );

    it.skipIf(cannotStream)(
      'lets a plugin that is not read wait until its time is over (inline needs JSPI)',
      async () => {
        const manager = open();
        await manager.load(emitting);
        const stream = manager.executeStream('guest', input, { timeoutMs: 200 });
        await stream.next();
        await expect.poll(() => manager.info('guest')?.errorCount).toBe(1);
        const rest: string[] = [];
        const read = async (): Promise<void> => {
          for await (const part of stream) rest.push(part.type);
        };
        await expect(read()).rejects.toMatchObject({ code: 'CALL_DEADLINE_EXCEEDED' });
        expect(rest).not.toContain('result');
        expect((await manager.execute('guest', input)).data).toBe('fine');
      },
    );
  });

  describe('executeBatch()', () => {
    it('keeps the order of many, and lets one fail alone', async () => {
      const manager = open({ limits: { maxFuel: 1_000_000 } });
      await manager.load(sometimesForever);
      const inputs = Array.from({ length: 150 }, (_, index) => ({
        data: index === 77 ? 'long' : null,
      }));
      const results = await manager.executeBatch('guest', inputs);
      expect(results).toHaveLength(150);
      const [failed] = results.splice(77, 1);
      expect(failed).toMatchObject({ reason: { code: 'CALL_FUEL_EXHAUSTED' } });
      for (const result of results) {
        expect(result).toMatchObject({ status: 'fulfilled', value: { data: 'fine' } });
      }
      expect(manager.info('guest')).toMatchObject({ executionCount: 150, errorCount: 1 });
    });

    it('uses plugin_execute_batch, whose entries fail alone', async () => {
      const manager = open();
      await manager.load(batching('[{"data":1},{"error":{"code":-2,"message":"no"}}]'));
      expect(await manager.executeBatch('guest', [input, input])).toMatchObject([
        { value: { data: 1 } },
        { reason: { code: 'CALL_INVALID_INPUT', pluginMessage: 'no' } },
      ]);
    });

    it.each([
      { name: 'traps', answer: '' },
      { name: 'gives too few', answer: '[{"data":1}]' },
      { name: 'gives no list', answer: '{}' },
    ])('runs each input alone where the batch $name', async ({ answer }) => {
      const manager = open();
      await manager.load(batching(answer));
      expect(await manager.executeBatch('guest', [input, input])).toMatchObject([
        { value: { data: 'fine' } },
        { value: { data: 'fine' } },
      ]);
    });

    it('gives nothing for nothing, and refuses what has no JSON form alone', async () => {
      const manager = open();
      await manager.load(assemble(guestWat()));
      expect(await manager.executeBatch('guest', [])).toEqual([]);
      expect(await manager.executeBatch('guest', [input, { data: 1n }])).toMatchObject([
        { status: 'fulfilled' },
        { reason: { code: 'CALL_INVALID_INPUT' } },
      ]);
    });
  });

  // Rows 30, 35 and 40 of the attack catalogue: damage that a plugin does to itself affects only its own call.
  it.each([
    {
      name: 'recurses without end',
      parts: {
        rest: '(func $deep (result i64) (i64.add (call $deep) (i64.const 1)))',
        execute: '(call $deep)',
      },
      code: 'CALL_STACK_EXHAUSTED',
    },
    { name: 'loops without end', parts: { execute: FOREVER }, code: 'CALL_DEADLINE_EXCEEDED' },
    {
      name: 'grows without end',
      parts: {
        execute:
          '(loop (br_if 0 (i32.ne (memory.grow (i32.const 1)) (i32.const -1)))) (unreachable)',
      },
      code: 'CALL_MEMORY_EXHAUSTED',
    },
  ])('contains a plugin that $name', async ({ parts, code }) => {
    const manager = open({ limits: { timeoutMs: 500, maxFuel: Number.MAX_SAFE_INTEGER } });
    await manager.load(assemble(guestWat(parts)), { id: 'bad' });
    await manager.load(assemble(guestWat()), { id: 'good' });
    const [bad, good] = await Promise.allSettled([
      manager.execute('bad', input),
      manager.execute('good', input),
    ]);
    expect(bad).toMatchObject({ reason: { code } });
    expect(good).toMatchObject({ value: { data: 'fine' } });
    await expect(manager.execute('bad', input)).rejects.toMatchObject({ code });
  });

  describe('reload()', () => {
    const unwell = assemble(
      guestWat({ rest: '(func (export "plugin_health") (result i32) (i32.const 7))' }),
    );

    it('asks for health and golden answers first', async () => {
      const manager = open();
      await manager.load(assemble(guestWat()));
      const before = manager.info('guest')?.digest;
      await expect(manager.reload('guest', unwell)).rejects.toMatchObject({
        code: 'LOAD_UNHEALTHY',
      });
      const other = assemble(guestWat({ outputText: '{"data":"other"}' }));
      const golden = [{ input, check: ({ data }: { readonly data: unknown }) => data === 'fine' }];
      await expect(manager.reload('guest', other, { golden })).rejects.toMatchObject({
        code: 'LOAD_UNHEALTHY',
      });
      expect(manager.info('guest')?.digest).toBe(before);
    });

    it('rolls back when asked, and by itself at a high error rate', async () => {
      const manager = open();
      const reasons: string[] = [];
      manager.events.on('plugin-swapped', ({ reason }) => reasons.push(reason));
      await manager.load(assemble(guestWat()));
      const other = assemble(guestWat({ outputText: '{"data":"other"}' }));
      await manager.reload('guest', other);
      expect((await manager.execute('guest', input)).data).toBe('other');
      await manager.rollback('guest');
      expect((await manager.execute('guest', input)).data).toBe('fine');

      const broken = assemble(guestWat({ execute: '(unreachable)' }));
      await manager.reload('guest', broken, { maxErrorRate: 0.5, minTrialCalls: 3 });
      for (let call = 0; call < 3; call += 1) {
        await expect(manager.execute('guest', input)).rejects.toMatchObject({
          code: 'CALL_TRAPPED',
        });
      }
      await expect.poll(() => reasons).toEqual(['reload', 'rollback', 'reload', 'error-rate']);
      expect((await manager.execute('guest', input)).data).toBe('fine');
    });
  });

  it('tells calls, queue and host calls in its statistics and events', async () => {
    const manager = open();
    const ended: unknown[] = [];
    manager.events.on('call-end', (event) => ended.push(event));
    await manager.load(emitting);
    await manager.execute('guest', { ...input, context: { requestId: 'r1' } });
    expect(ended).toMatchObject([
      { pluginId: 'guest', requestId: 'r1', outcome: 'ok', hostCalls: 3, deniedCalls: 0 },
    ]);
    expect(manager.info('guest')?.statistics).toMatchObject({
      hostCalls: { host_emit: 3 },
      outcomes: { ok: 1 },
      runTimeMs: { count: 1 },
      peakMemoryBytes: 131_072,
    });
  });
});

describe.each(['thread', 'process'] as const)('isolation: %s', (isolation) => {
  const open = (options: PluginManagerOptions = {}): PluginManager => {
    const manager = new PluginManager({ isolation, ...options });
    opened.push(manager);
    return manager;
  };

  it('stops a running call when its signal fires', async () => {
    const { onLog, logged } = listen();
    const manager = open({ onLog, limits: { maxFuel: Number.MAX_SAFE_INTEGER } });
    await manager.load(sometimesForever);
    const controller = new AbortController();
    const call = manager.execute('guest', { data: 'long' }, { signal: controller.signal });
    void logged().then(() => controller.abort());
    await expect(call).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it('shows a plugin as unloading while its last call ends, and its id can be taken again', async () => {
    const manager = open({ limits: { maxFuel: Number.MAX_SAFE_INTEGER } });
    await manager.load(sometimesForever);
    const told: unknown[] = [];
    manager.events.on('plugin-unloaded', ({ id }) => told.push(manager.info(id)?.status));
    const abort = new AbortController();
    const call = manager.execute('guest', { data: 'long' }, { signal: abort.signal });
    const unloading = manager.unload('guest');
    expect(manager.info('guest')?.status).toBe('unloading');
    expect(manager.list().map(({ status }) => status)).toEqual(['unloading']);
    expect(manager.pluginCount).toBe(0);
    await expect(manager.unload('guest')).rejects.toMatchObject({ code: 'LOAD_NOT_LOADED' });
    await expect(manager.execute('guest', input)).rejects.toMatchObject({ code: 'CALL_NOT_FOUND' });
    await manager.load(assemble(guestWat()));
    expect(manager.info('guest')?.status).toBe('ready');
    expect(manager.list().map(({ status }) => status)).toEqual(['ready', 'unloading']);
    abort.abort();
    await expect(call).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    await unloading;
    expect(told).toEqual(['ready']);
    expect(manager.list()).toHaveLength(1);
  });

  it('lets the event loop of the host turn while a plugin loops', async () => {
    const manager = open({ limits: { timeoutMs: 200, maxFuel: Number.MAX_SAFE_INTEGER } });
    await manager.load(sometimesForever);
    const call = manager.execute('guest', { data: 'long' });
    const ended = call.catch(() => 'ended');
    expect(await Promise.race([ended, turn().then(() => 'turned')])).toBe('turned');
    await expect(call).rejects.toMatchObject({ code: 'CALL_DEADLINE_EXCEEDED' });
  });

  it('does not let slow calls of one plugin starve another', async () => {
    const manager = open({ maxThreads: 2, limits: { maxFuel: 2 ** 50 } });
    await manager.load(sometimesForever, { id: 'slow' });
    await manager.load(assemble(guestWat()), { id: 'quick' });
    let settled = 0;
    const controller = new AbortController();
    const { signal } = controller;
    const slow = Array.from({ length: 6 }, () =>
      manager.execute('slow', { data: 'long' }, { signal }).catch(() => (settled += 1)),
    );
    expect((await manager.execute('quick', input)).data).toBe('fine');
    expect(settled).toBe(0);
    controller.abort();
    await Promise.all(slow);
    expect(settled).toBe(6);
  });

  it('frees what a version held, also where a runner was busy when it was replaced', async () => {
    const logs: string[] = [];
    const leaving = (version: string): Uint8Array =>
      assemble(
        guestWat({
          imports: LOG_IMPORT,
          rest: `(data (i32.const 512) "${version}")`,
          shutdown: '(call $log (i32.const 2) (i32.const 512) (i32.const 1))',
        }),
      );
    const talking = new PluginManager({
      isolation,
      maxThreads: 1,
      maxProcessesPerPlugin: 1,
      onLog: ({ message }) => logs.push(message),
    });
    opened.push(talking);
    await talking.load(leaving('a'));
    await talking.execute('guest', input);
    const running = talking.execute('guest', input);
    await Promise.all([talking.reload('guest', leaving('b')), running]);
    await talking.unload('guest');
    expect(logs).toEqual(['a', 'b']);
  });

  // Row 97 of the attack catalogue.
  it('ends the calls of an old version that take too long to drain', async () => {
    const { onLog, logged } = listen();
    const manager = open({ onLog, limits: { maxFuel: Number.MAX_SAFE_INTEGER } });
    await manager.load(sometimesForever);
    const [running] = await Promise.allSettled([
      manager.execute('guest', { data: 'long' }),
      logged().then(() => manager.reload('guest', assemble(guestWat()), { drainTimeoutMs: 100 })),
    ]);
    expect(running).toMatchObject({ reason: { code: 'CALL_REPLACED' } });
    expect((await manager.execute('guest', input)).data).toBe('fine');
    expect(manager.info('guest')?.status).toBe('ready');
  });

  it('tells a plugin that was unloaded from a system that was closed', async () => {
    const { onLog, logged } = listen();
    const limits = { maxFuel: Number.MAX_SAFE_INTEGER, timeoutMs: 2000 };
    const manager = open({ onLog, limits });
    await manager.load(sometimesForever);
    const [running] = await Promise.allSettled([
      manager.execute('guest', { data: 'long' }),
      logged().then(() => manager.close()),
    ]);
    expect(running).toMatchObject({ reason: { code: 'CALL_SHUT_DOWN' } });
    await expect(manager.execute('guest', input)).rejects.toMatchObject({ code: 'CALL_SHUT_DOWN' });
  });

  it('lets a running call end on the old version', async () => {
    const manager = open({ limits: { maxFuel: Number.MAX_SAFE_INTEGER } });
    // Counts to a few hundred million, so that the swap comes first.
    const slow = `(local $i i32) (loop (br_if 0 (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 300000000)))) ${packed(4096, 15)}`;
    await manager.load(assemble(guestWat({ execute: slow })));
    const running = manager.execute('guest', input);
    await manager.reload('guest', assemble(guestWat({ outputText: '{"data":"new"}' })));
    expect((await running).data).toBe('fine');
    expect((await manager.execute('guest', input)).data).toBe('new');
  });
});

// Rows 99 and 100 of the attack catalogue. The children of a process can only be found where there is a /proc.
describe.skipIf(process.platform !== 'linux')('a child process that dies (needs /proc)', () => {
  it('fails its call, is replaced, and rests after three times in a row', async () => {
    const { onLog, logged } = listen();
    const manager = new PluginManager({ isolation: 'process', maxProcessesPerPlugin: 1, onLog });
    opened.push(manager);
    await manager.load(sometimesForever, {
      limits: { timeoutMs: 10_000, maxFuel: Number.MAX_SAFE_INTEGER },
    });
    const quarantined: string[] = [];
    manager.events.on('plugin-quarantined', ({ id }) => quarantined.push(id));
    for (let crash = 0; crash < 3; crash += 1) {
      const running = logged();
      const call = Promise.allSettled([manager.execute('guest', { data: 'long' })]);
      await running;
      for (const pid of children()) process.kill(pid, 'SIGKILL');
      expect(await call).toMatchObject([{ reason: { code: 'CALL_CRASHED' } }]);
    }
    expect(quarantined).toEqual(['guest']);
    expect(manager.info('guest')?.status).toBe('quarantined');
    await expect(manager.execute('guest', input)).rejects.toMatchObject({
      code: 'CALL_QUARANTINED',
      retryable: true,
      retryAfterMs: expect.any(Number),
    });
    const ask = (): Promise<unknown> =>
      manager.execute('guest', input).then(
        ({ data }) => data,
        () => 'resting',
      );
    await expect.poll(ask).toBe('fine');
    expect(manager.info('guest')?.status).toBe('ready');
  });
});

describe('a policy', () => {
  it('chooses the isolation by what it is told', async () => {
    const seen: unknown[] = [];
    const manager = new PluginManager({
      isolation: (plugin) => {
        seen.push(plugin);
        return plugin.id === 'own' ? 'inline' : 'thread';
      },
    });
    opened.push(manager);
    const bytes = assemble(guestWat({ metadataText: METADATA }));
    expect(await manager.load(bytes, { id: 'own' })).toMatchObject({ isolation: 'inline' });
    expect(await manager.load(bytes, { id: 'alien' })).toMatchObject({ isolation: 'thread' });
    expect(seen).toMatchObject(
      [{ id: 'own' }, { id: 'alien', digest: /^sha256:/ }].map(({ id }) => ({ id })),
    );
  });
});
