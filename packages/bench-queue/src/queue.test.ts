import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type BenchmarkConfig, runPlan } from '@testbench/bench';
import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import {
  cancelRun,
  connectQueue,
  continueRun,
  createQueueExecutor,
  openFolderShare,
  pauseRun,
  queueStatus,
  runWorker,
} from './index.js';
import { LOCK_MS, STALLED_MS } from './limits.js';

const ROOT = join(import.meta.dirname, '../../..');
const plugin = (name: string): string =>
  join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const RECORDS = 60;

// Without Debian's redis-server these are skipped, and the report says so.
describe.skipIf(!hasRedis)('a queue over Redis', () => {
  let folder: string;
  let server: ChildProcess;
  let client: Redis;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbench-queue-'));
    const socket = 20_000 + (process.pid % 20_000);
    url = `redis://127.0.0.1:${socket}`;
    server = spawn('redis-server', ['--port', `${socket}`, '--dir', folder, '--save', ''], {
      stdio: 'ignore',
    });
    client = await connectQueue({ url });
    const lines = Array.from({ length: RECORDS }, (_, n) =>
      JSON.stringify({ input: `q${n}`, expected: `${n}`, answers: { a: `${n % 7}` } }),
    );
    await writeFile(join(folder, 'data.jsonl'), lines.join('\n'));
  });
  afterAll(async () => {
    client.disconnect();
    server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const config = (name: string, change: Partial<BenchmarkConfig> = {}): BenchmarkConfig => ({
    name,
    dataset: { path: join(folder, 'data.jsonl') },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
    outputDir: join(folder, name),
    ...change,
  });
  const rowsOf = async (path: string): Promise<string> => {
    const names = await readdir(join(path, 'segments'));
    names.sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
    const texts = names.map(async (name) => await readFile(join(path, 'segments', name), 'utf8'));
    return (await Promise.all(texts)).join('');
  };
  const share = () => openFolderShare(join(folder, 'share'));
  const executor = (more = {}) =>
    createQueueExecutor({ client, share: share(), shardRecords: 7, ...more });

  it('gives the rows of one machine, and leaves nothing in the queue', async () => {
    const whole = await runPlan(config('whole'));
    const stop = new AbortController();
    const worker = runWorker({
      address: { url },
      share: share(),
      workDir: join(folder, 'work-1'),
      isolation: 'thread',
      concurrency: 2,
      signal: stop.signal,
    });
    const queued = await runPlan(config('whole', { outputDir: join(folder, 'queued') }), {
      executor: executor(),
    });
    stop.abort();
    expect(await worker).toEqual({ shards: 9, failed: 0 });
    expect(await rowsOf(queued.summary.run!)).toBe(await rowsOf(whole.summary.run!));
    expect(queued.summary.scores).toEqual(whole.summary.scores);
    expect(await client.keys('*')).toEqual([]);
  }, 30_000);

  it('sets a shard apart that is no shard, refuses what its policy does not grant, and pauses, goes on and cancels', async () => {
    const stop = new AbortController();
    const notices: string[] = [];
    const work = (name: string, more = {}) =>
      runWorker({
        address: { url },
        share: share(),
        workDir: join(folder, name),
        isolation: 'thread',
        signal: stop.signal,
        onNotice: (text) => void notices.push(text),
        ...more,
      });
    const strict = work('work-2', { plugins: [`sha256:${'0'.repeat(64)}`] });
    const running = runPlan(config('cut'), { executor: executor() });
    const names = async (): Promise<string[]> =>
      (await queueStatus(client)).runs.map(({ run }) => run);
    await expect.poll(async () => (await names()).length, { timeout: 10_000 }).toBe(1);
    const [name = ''] = await names();
    await expect
      .poll(async () => (await queueStatus(client)).runs[0]?.refusals[0]?.reason, {
        timeout: 10_000,
      })
      .toMatch(/^QUEUE_NOT_GRANTED: /);
    await pauseRun(client, name);
    const queue = new Queue(name, { connection: client, prefix: 'testbench-jobs' });
    const plan = (await queueStatus(client)).runs[0]!.plan;
    const forged = { v: 1, run: name, plan, from: 0, to: 1_000 };
    await queue.add('shard', forged, { jobId: '0-1000', attempts: 1 });
    await queue.close();
    const fair = work('work-3');
    await continueRun(client, name);
    const { summary } = await running;
    expect(summary).toMatchObject({ records: RECORDS, failedCases: 0 });
    const cancelled = runPlan(config('gone'), { executor: executor({ tags: ['other'] }) });
    const ended = cancelled.catch((error: unknown) => error);
    await expect.poll(names, { timeout: 10_000 }).toEqual([expect.stringMatching(/^gone-/)]);
    await cancelRun(client, (await names())[0]!);
    expect(await ended).toMatchObject({ code: 'QUEUE_RUN_CANCELLED' });
    stop.abort();
    await Promise.all([strict, fair]);
    expect(notices.some((text) => text.includes('admits only those'))).toBe(true);
  }, 30_000);

  it('sets shards apart that fail, and does the others', async () => {
    const stop = new AbortController();
    const worker = runWorker({
      address: { url },
      share: {
        ...share(),
        putResult: async (place, bytes) => {
          if (place.shard === '14-21') throw new Error('the disk is full');
          return await share().putResult(place, bytes);
        },
      },
      workDir: join(folder, 'work-4'),
      isolation: 'thread',
      signal: stop.signal,
    });
    const first = runPlan(config('poison'), { executor: executor() });
    await expect(first).rejects.toMatchObject({
      code: 'QUEUE_SHARDS_FAILED',
      message: expect.stringContaining('shard 14-21 failed: Error: the disk is full') as string,
    });
    expect((await queueStatus(client)).runs[0]?.failed[0]?.shard).toBe('14-21');
    stop.abort();
    await worker;
    const again = new AbortController();
    const mended = runWorker({
      address: { url },
      share: share(),
      workDir: join(folder, 'work-4'),
      isolation: 'thread',
      signal: again.signal,
    });
    const { summary } = await runPlan(config('poison'), { executor: executor() });
    again.abort();
    expect(summary.records).toBe(RECORDS);
    expect(await mended).toEqual({ shards: 1, failed: 0 });
  }, 40_000);

  it('keeps a shard from other workers while its own thread is busy', async () => {
    const stop = new AbortController();
    const done: string[] = [];
    const busy = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
    const work = (name: string) =>
      runWorker({
        address: { url },
        share: {
          ...share(),
          putResult: async (place, bytes) => {
            // All timers of this thread stand still, for longer than a lock lasts and the next look for dead workers.
            if (done.length === 0) Atomics.wait(busy, 0, 0, LOCK_MS + 2 * STALLED_MS);
            done.push(place.shard);
            return await share().putResult(place, bytes);
          },
        },
        workDir: join(folder, name),
        isolation: 'thread',
        signal: stop.signal,
      });
    const workers = [work('work-5'), work('work-6')];
    const { summary } = await runPlan(config('busy'), { executor: executor() });
    stop.abort();
    await Promise.all(workers);
    expect(summary.records).toBe(RECORDS);
    expect(done.toSorted()).toEqual([...new Set(done)].toSorted());
    expect(done).toHaveLength(9);
  }, 30_000);
});
