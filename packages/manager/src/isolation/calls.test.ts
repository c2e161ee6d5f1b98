import { createHostEffects } from '@testbench/host';
import { compilePlugin } from '@testbench/runtime';
import { assemble, guestWat, packed } from '@testbench/test-kit';
import { DEFAULT_LIMITS } from '@testbench/types';
import { afterEach, describe, expect, it } from 'vitest';

import type { PluginManagerOptions } from '../options.js';
import type { CallEndEvent } from '../plugin-events.js';
import { PluginManager } from '../plugin-manager.js';
import type { Isolation } from './isolation.js';
import type { RemoteGuest } from './remote-guest.js';
import { Runner } from './runner.js';
import { startThread } from './start-thread.js';

const FOREVER = '(loop (br 0)) (unreachable)';
const input = { data: null };

const opened: PluginManager[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((manager) => manager.close()));
});

function openManager(isolation: Isolation, options: PluginManagerOptions = {}): PluginManager {
  const manager = new PluginManager({ isolation, ...options });
  opened.push(manager);
  return manager;
}

const host = (name: string, params: number): string =>
  `(import "env" "${name}" (func $${name} (param${' i32'.repeat(params)}) (result i32)))`;

/** Loops in `plugin_init` once a call has stored the key `{` and trapped. */
const slowToRestart = assemble(
  guestWat({
    imports: host('host_get_state', 4) + host('host_set_state', 4),
    init: `(if (i32.ge_s (call $host_get_state (i32.const 1024) (i32.const 1) (i32.const 9000) (i32.const 8)) (i32.const 0))
        (then ${FOREVER}))
      (i32.const 0)`,
    execute: `(drop (call $host_set_state (i32.const 1024) (i32.const 1) (i32.const 1024) (i32.const 1)))
      (unreachable)`,
  }),
);

/** Answers with a random digit. */
const rolling = assemble(
  guestWat({
    imports: host('host_random', 1),
    outputText: '{"data":0}',
    execute: `(i32.store8 (i32.const 4104) (i32.add (i32.const 48) (call $host_random (i32.const 10))))
      ${packed(4096, 10)}`,
  }),
);

/** Its behaviour depends on the length of its input: 39 bytes plus one for each digit. */
const manyEnds = assemble(
  guestWat({
    imports: host('host_log', 3) + host('host_error', 2) + host('host_env_get', 4),
    rest: '(func $deep (call $deep) (call $deep)) (data (i32.const 9000) "no\\n")',
    execute: `(local $case i32)
      (local.set $case (i32.sub (local.get $len) (i32.const 36)))
      (drop (call $host_log (i32.const 2) (i32.const 9000) (i32.const 2)))
      (if (i32.eq (local.get $case) (i32.const 1)) (then (unreachable)))
      (if (i32.eq (local.get $case) (i32.const 2)) (then
        (drop (call $host_error (i32.const 9000) (i32.const 3)))
        (return (i64.const -7))))
      (if (i32.eq (local.get $case) (i32.const 3)) (then
        (drop (call $host_env_get (i32.const 9000) (i32.const 2) (i32.const 9100) (i32.const 8)))))
      (if (i32.eq (local.get $case) (i32.const 4)) (then (loop (br 0))))
      (if (i32.eq (local.get $case) (i32.const 5)) (then
        (if (i32.eq (memory.grow (i32.const 1000)) (i32.const -1)) (then (unreachable)))))
      (if (i32.eq (local.get $case) (i32.const 6)) (then (return ${packed(4096, 3)})))
      (if (i32.eq (local.get $case) (i32.const 7)) (then (return (i64.const -2))))
      ${packed(4096, 15)}`,
  }),
);

/** Runs every way in which `manyEnds` can end, and reports what the caller sees and what the manager has counted. */
async function seeEnds(isolation: Isolation): Promise<unknown> {
  const manager = openManager(isolation, {
    limits: { maxFuel: 1_000_000, maxMemoryBytes: 4 * 65_536 },
  });
  await manager.load(manyEnds);
  const events: unknown[] = [];
  manager.events.on(
    'call-end',
    ({ outcome, usage, hostCalls, deniedCalls, requestId }: CallEndEvent) =>
      events.push({
        outcome,
        hostCalls,
        deniedCalls,
        requestId,
        fuelUsed: usage?.fuelUsed,
        memoryUsedBytes: usage?.memoryUsedBytes,
      }),
  );
  const seen: unknown[] = [];
  for (let length = 1; length <= 8; length += 1) {
    try {
      const output = await manager.execute('guest', { data: 10 ** (length - 1) });
      seen.push(output.data);
    } catch (error) {
      const { code, message, pluginCode, pluginMessage } = error as Record<string, unknown>;
      seen.push({ code, message, pluginCode, pluginMessage });
    }
  }
  // Batches count like single calls.
  const batch = await manager.executeBatch('guest', [{ data: 1000 }, { data: 10 }, { data: 1000 }]);
  seen.push(batch.map(({ status }) => status));
  const { executionCount, errorCount, statistics, status } = manager.info('guest')!;
  const { hostCalls, deniedCalls, outcomes, fuelUsed, peakMemoryBytes } = statistics;
  return {
    seen,
    events: events.slice(0, 8),
    counted: {
      executionCount,
      errorCount,
      status,
      hostCalls,
      deniedCalls,
      outcomes,
      fuelUsed,
      peakMemoryBytes,
    },
  };
}

async function roll(isolation: Isolation, together: boolean): Promise<unknown[]> {
  const manager = openManager(isolation, { random: { seed: 7 } });
  await manager.load(rolling);
  const calls: unknown[] = [];
  for (let index = 0; index < 12; index += 1) {
    const call = manager.execute('guest', input).then(({ data }) => data);
    calls.push(together ? call : await call);
  }
  const batch = await manager.executeBatch('guest', [input, input, input]);
  return [
    ...(await Promise.all(calls)),
    ...batch.map((result) => result.status === 'fulfilled' && result.value.data),
  ];
}

describe.each(['inline', 'thread', 'process'] as const)('isolation: %s', (isolation) => {
  it('gives the same answers, errors, events and statistics as the others', async () => {
    expect(await seeEnds(isolation)).toEqual(await seeEnds('inline'));
  });

  it.each([
    {
      limit: { timeoutMs: 100, maxFuel: 2 ** 50 },
      code: 'CALL_DEADLINE_EXCEEDED',
      retryable: undefined,
    },
    { limit: { maxFuel: 100_000 }, code: 'CALL_FUEL_EXHAUSTED', retryable: false },
  ])('lets a call pay for its fresh instance: $code', async ({ limit, ...failure }) => {
    const manager = openManager(isolation);
    await manager.load(slowToRestart);
    await expect(manager.execute('guest', input)).rejects.toMatchObject({ code: 'CALL_TRAPPED' });
    await expect(manager.execute('guest', input, limit)).rejects.toMatchObject(failure);
  });

  it('draws numbers by the seed and the call, whichever instance serves it', async () => {
    const expected = await roll('inline', false);
    expect(new Set(expected).size).toBeGreaterThan(3);
    expect(await roll(isolation, false)).toEqual(expected);
    expect(await roll(isolation, true)).toEqual(expected);
  });

  it('stops a call whose signal fires while it runs', async () => {
    const controller = new AbortController();
    const manager = openManager(isolation, { onLog: () => controller.abort() });
    await manager.load(
      assemble(
        guestWat({
          imports: host('host_log', 3),
          execute: `(drop (call $host_log (i32.const 2) (i32.const 4096) (i32.const 1))) ${FOREVER}`,
        }),
      ),
      { limits: { maxFuel: 2 ** 50 } },
    );
    await expect(
      manager.execute('guest', input, { signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'CALL_CANCELLED' });
    expect(manager.info('guest')?.statistics.outcomes).toEqual({ CALL_CANCELLED: 1 });
  });

  it('asks for the health of a plugin that waits for the host in it', async () => {
    const manager = openManager(isolation);
    const healthy = (code: number): Uint8Array =>
      assemble(
        guestWat({
          imports: host('host_emit', 2),
          rest: `(func (export "plugin_health") (result i32)
            (drop (call $host_emit (i32.const 1024) (i32.const 1))) (i32.const ${code}))`,
        }),
      );
    await manager.load(healthy(0));
    await expect(manager.reload('guest', healthy(3))).rejects.toMatchObject({
      code: 'LOAD_UNHEALTHY',
      message: expect.stringContaining('returned 3'),
    });
    await manager.reload('guest', healthy(0));
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it('keeps its own copy of what a plugin was loaded with', async () => {
    const manager = openManager(isolation);
    const limits = { maxFuel: 1_000_000 };
    const permissions = { envVars: true, allowedEnv: ['SOMETHING'] };
    await manager.load(manyEnds, { limits, permissions });
    limits.maxFuel = 1;
    permissions.allowedEnv.push('no');
    await manager.reload('guest', manyEnds);
    expect((await manager.execute('guest', { data: 1000 })).data).toBe('fine');
    expect(manager.info('guest')?.statistics.deniedCalls).toBe(1);
  });
});

describe.each(['thread', 'process'] as const)('a runner: %s', (isolation) => {
  it('does not keep a call waiting longer than the call may', async () => {
    const manager = openManager(isolation, {
      maxThreads: 1,
      maxProcessesPerPlugin: 1,
      limits: { maxFuel: 2 ** 50 },
    });
    await manager.load(assemble(guestWat({ execute: FOREVER })));
    const order: string[] = [];
    const note = async (name: string, timeoutMs: number, signal?: AbortSignal): Promise<void> => {
      const options = { timeoutMs, ...(signal === undefined ? {} : { signal }) };
      const code = await manager.execute('guest', input, options).then(
        () => 'ok',
        (error: unknown) => (error as { code: string }).code,
      );
      order.push(`${name} ${code}`);
    };
    const controller = new AbortController();
    const running = note('running', 1500);
    const late = note('late', 60);
    const cancelled = note('cancelled', 1500, controller.signal);
    await late;
    controller.abort();
    await Promise.all([running, cancelled]);
    expect(order).toEqual([
      'late CALL_DEADLINE_EXCEEDED',
      'cancelled CALL_CANCELLED',
      'running CALL_DEADLINE_EXCEEDED',
    ]);
  });
});

describe.each(['thread', 'process'] as const)('a version: %s', (isolation) => {
  it('that is rolled back to takes more calls at a time than it has runners', async () => {
    const manager = openManager(isolation, { maxThreads: 1, maxProcessesPerPlugin: 1 });
    await manager.load(assemble(guestWat()));
    await manager.reload('guest', manyEnds);
    await manager.rollback('guest');
    const calls = [input, input, input].map((each) => manager.execute('guest', each));
    expect(await Promise.all(calls)).toMatchObject([
      { data: 'fine' },
      { data: 'fine' },
      { data: 'fine' },
    ]);
  });
});

describe('a thread', () => {
  it('lets a call go that outlasts the drain of its version', async () => {
    const manager = openManager('thread', { maxThreads: 2, limits: { maxFuel: 2 ** 50 } });
    const endless = assemble(guestWat({ execute: FOREVER }));
    await manager.load(endless);
    const call = Promise.allSettled([manager.execute('guest', input)]);
    await manager.reload('guest', assemble(guestWat()), { drainTimeoutMs: 50 });
    expect(await call).toMatchObject([{ reason: { code: 'CALL_REPLACED' } }]);
    expect((await manager.execute('guest', input)).data).toBe('fine');
  });

  it('survives the end of such a call', async () => {
    const limits = { ...DEFAULT_LIMITS, maxFuel: 2 ** 50 };
    const { module } = await compilePlugin(assemble(guestWat({ execute: FOREVER })), {
      maxMemoryBytes: limits.maxMemoryBytes,
    });
    const runner = new Runner(startThread);
    const guest: RemoteGuest = {
      version: 1,
      setup: {
        pluginId: 'guest',
        protocol: { name: 'v1', payload: 'envelope' },
        config: {},
        limits,
        reset: false,
        metering: 'coarse',
        enableWasi: false,
        directories: [],
        hostFunctions: [],
      },
      module,
      effects: createHostEffects,
      onLog: () => {},
    };
    await runner.load(guest, { timeoutMs: 10_000 });
    const call = runner.call(
      guest,
      { timeoutMs: 10_000 },
      {
        inputs: ['{}'],
        batch: false,
        timeoutMs: 10_000,
        maxFuel: 2 ** 50,
        stream: false,
        randomStream: 0,
      },
    );
    runner.stop('unloaded');
    await expect(call).rejects.toMatchObject({ code: 'CALL_UNLOADED' });
    expect(runner.dead).toBe(false);
    expect(await runner.health(guest, { timeoutMs: 10_000 })).toBe(0);
    runner.end();
  });
});
