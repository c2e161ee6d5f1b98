import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CallGate, GatedCall } from '@testbench/bench/calls';
import type { Redis } from 'ioredis';

import { connectQueue } from './index.js';
import { HOLD_MS, SILENT_MS } from './limits.js';
import { keys } from './run-record.js';
import { createSharedGate, type SharedLimits } from './shared-gate.js';

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const MOST = { tokens: 100, money: 0.03 };
const WORKERS = 4;

// Without Debian's redis-server these are skipped, and the report says so.
describe.skipIf(!hasRedis)('createSharedGate()', () => {
  let folder: string;
  let server: ChildProcess;
  const clients: Redis[] = [];
  let runs = 0;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbench-gate-'));
    const port = 41_000 + (process.pid % 20_000);
    const args = ['--port', `${port}`, '--dir', folder, '--save', ''];
    server = spawn('redis-server', args, { stdio: 'ignore' });
    for (let at = 0; at < WORKERS; at += 1) {
      clients.push(await connectQueue({ url: `redis://127.0.0.1:${port}` }));
    }
  });
  afterAll(async () => {
    for (const client of clients) client.disconnect();
    server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** The gates of several workers of one run. */
  function gatesOf(limits: Partial<SharedLimits>): {
    readonly run: string;
    readonly gates: readonly CallGate[];
  } {
    runs += 1;
    const run = `gated-${String(runs).padStart(12, '0')}`;
    const all = { budgets: {}, rates: new Map(), ...limits };
    return {
      run,
      gates: clients.map((client, at) => createSharedGate(client, run, `w${at}`, all)),
    };
  }
  const call: GatedCall = { path: 'providers[0].models', account: 'model', most: MOST };
  const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown }).code;

  it('never overspends a budget of 1.00 with 64 calls in flight on several workers', async () => {
    const { gates } = gatesOf({ budgets: { money: 1 } });
    let billed = 0;
    let inFlight = 0;
    let most = 0;
    const refused: unknown[] = [];
    await Promise.all(
      Array.from({ length: 64 }, async (_, caller) => {
        for (let turn = 0; turn < 4; turn += 1) {
          try {
            const settle = await gates[caller % WORKERS]!.admit(call, undefined);
            inFlight += 1;
            most = Math.max(most, inFlight);
            await setImmediate();
            // The bill differs from call to call, and is up to what was reserved.
            const money = (MOST.money * ((caller + turn) % 4)) / 3;
            billed += money;
            inFlight -= 1;
            settle({ tokens: 10, money });
          } catch (error) {
            refused.push(codeOf(error));
            return;
          }
        }
      }),
    );
    expect(billed).toBeLessThanOrEqual(1 + 1e-9);
    expect(billed).toBeGreaterThan(1 - MOST.money);
    // No more may be in flight than the budget can pay.
    expect(most).toBeLessThanOrEqual(Math.floor(1 / MOST.money));
    expect(new Set(refused)).toEqual(new Set(['BENCH_BUDGET_SPENT']));
  });

  it('counts the calls of a worker that was killed as made', async () => {
    const { run, gates } = gatesOf({ budgets: { money: 0.1 } });
    await clients[0]!.set(keys.worker('w0'), '{}');
    // A killed worker settles nothing.
    await gates[0]!.admit(call, undefined);
    await gates[0]!.admit(call, undefined);
    const settle = await gates[1]!.admit(call, undefined);
    settle({ tokens: 1, money: MOST.money });
    // The rest is waited for as long as its server may still answer, and not longer.
    const stop = new AbortController();
    const waiting = gates[1]!.admit(call, stop.signal).catch(codeOf);
    await expect.poll(() => clients[1]!.zcard(keys.holds(run))).toBe(2);
    stop.abort();
    expect(await waiting).toBe('BENCH_CANCELLED');
    // Older than a worker is silent, and alive: still waited for.
    const [seconds] = await clients[0]!.time();
    for (const held of await clients[0]!.zrange(keys.holds(run), 0, -1)) {
      await clients[0]!.zadd(keys.holds(run), Number(seconds) * 1000 + HOLD_MS - SILENT_MS, held);
    }
    const again = new AbortController();
    const patient = gates[1]!.admit(call, again.signal).catch(codeOf);
    await expect(Promise.race([patient, setTimeout(200, 'waits')])).resolves.toBe('waits');
    await clients[0]!.del(keys.worker('w0'));
    expect(await patient).toBe('BENCH_BUDGET_SPENT');
    expect(Number(await clients[0]!.hget(keys.spent(run), 'run.money'))).toBe(90_000_000);
  });

  it('lets a judge spend no more than its own part', async () => {
    const { gates } = gatesOf({ budgets: { money: 1, judge: { tokens: 250 } } });
    const judge: GatedCall = { ...call, account: 'judge' };
    for (const gate of gates.slice(0, 2)) (await gate.admit(judge, undefined))(MOST);
    expect(await gates[2]!.admit(judge, undefined).catch(codeOf)).toBe('BENCH_BUDGET_SPENT');
    (await gates[3]!.admit(call, undefined))(MOST);
  });

  it('shares a rate among all workers', async () => {
    // 100 a second at most, of which 100 at once.
    const { gates } = gatesOf({ rates: new Map([[call.path, { requestsPerMinute: 6000 }]]) });
    const started = performance.now();
    await Promise.all(
      Array.from({ length: 130 }, async (_, at) => {
        await gates[at % WORKERS]!.admit(call, undefined);
      }),
    );
    // A worker of its own would have let all 130 through at once; a slow machine only takes longer.
    expect(performance.now() - started).toBeGreaterThan(250);
  });
});
