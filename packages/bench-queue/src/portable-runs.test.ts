import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type BenchmarkConfig, loadBenchmarkConfig, runPlan } from '@testbench/bench';
import type { Redis } from 'ioredis';

import { connectQueue, createQueueExecutor, openFolderShare, runWorker } from './index.js';

const ROOT = join(import.meta.dirname, '../../..');
const hasRedis = spawnSync('redis-server', ['--version']).status === 0;

// Without Debian's redis-server these are skipped, and the report says so.
describe.skipIf(!hasRedis)('what runs take with them through a queue', () => {
  let folder: string;
  let server: ChildProcess;
  let client: Redis;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'testbench-portable-'));
    const socket = 40_000 + (process.pid % 20_000);
    url = `redis://127.0.0.1:${socket}`;
    server = spawn('redis-server', ['--port', `${socket}`, '--dir', folder, '--save', ''], {
      stdio: 'ignore',
    });
    client = await connectQueue({ url });
  });
  afterAll(async () => {
    client.disconnect();
    server.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  const rowsOf = async (run: string): Promise<string> => {
    const names = await readdir(join(run, 'segments'));
    names.sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10));
    const texts = names.map(async (name) => await readFile(join(run, 'segments', name), 'utf8'));
    return (await Promise.all(texts)).join('');
  };
  /** The rows of one machine, and those of a worker that has nothing but the share. */
  const bothWays = async (name: string, config: BenchmarkConfig): Promise<[string, string]> => {
    const whole = await runPlan({ ...config, outputDir: join(folder, name, 'whole') });
    const stop = new AbortController();
    const share = openFolderShare(join(folder, name, 'share'));
    const worker = runWorker({
      address: { url },
      share,
      workDir: join(folder, name, 'work'),
      isolation: 'thread',
      signal: stop.signal,
    });
    const queued = await runPlan(
      { ...config, outputDir: join(folder, name, 'queued') },
      { executor: createQueueExecutor({ client, share, shardRecords: 3 }) },
    );
    stop.abort();
    await worker;
    expect(queued.summary.scores).toEqual(whole.summary.scores);
    return [await rowsOf(whole.summary.run!), await rowsOf(queued.summary.run!)];
  };

  it.each(['tools', 'conversations'])(
    'gives the rows of one machine: %s',
    async (name) => {
      const path = join(ROOT, 'examples/agents', `${name}.yaml`);
      const [one, other] = await bothWays(name, await loadBenchmarkConfig(path));
      expect(one).toContain('"transcript"');
      expect(other).toBe(one);
    },
    30_000,
  );
});
