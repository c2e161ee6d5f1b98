import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type BenchmarkConfig, loadBenchmarkConfig, runPlan } from '@testbench/bench';
import type { Redis } from 'ioredis';

import { connectQueue, createQueueExecutor, openFolderShare, runWorker } from './index.js';

const ROOT = join(import.meta.dirname, '../../..');
const plugin = (name: string): string =>
  join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);
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

  it('gives the rows of one machine: attachments by path, by their bytes, and those that cannot be used', async () => {
    const at = join(folder, 'pictures');
    for (const [name, size] of [
      ['one', 3],
      ['two', 4],
    ] as const) {
      await mkdir(join(at, name, 'images'), { recursive: true });
      const file = (path: string): string => join(at, name, path);
      // The same path in both folders, of different files.
      await writeFile(file('images/a.png'), png(size));
      await writeFile(file('images/lies.jpg'), png(2));
      await writeFile(file('images/both.png'), png(9));
      const records = [
        { input: 'a', image: 'images/a.png' },
        { input: 'inline', image: `data:image/png;base64,${png(size + 2).toString('base64')}` },
        { input: 'missing', image: 'images/none.png' },
        { input: 'mislabelled', image: 'images/lies.jpg' },
        { input: 'outside', image: '../../secret.png' },
        { input: 'several', image: ['images/a.png', 'images/both.png', { path: 'images/a.png' }] },
      ];
      const lines = records.map((record) =>
        JSON.stringify({ id: `${name}-${record.input}`, answers: { m: 'yes' }, ...record }),
      );
      await writeFile(file('data.jsonl'), lines.join('\n'));
    }
    const [one, other] = await bothWays('pictures', {
      name: 'pictures',
      dataset: {
        path: [join(at, 'one/data.jsonl'), join(at, 'two/data.jsonl')],
        attachments: [{ field: 'image', send: false }],
      },
      provider: { plugin: plugin('replay'), models: ['m'] },
      evaluators: [{ plugin: plugin('image-info'), config: { min_width: 4 } }],
    });
    expect(other).toBe(one);
    const scores = one
      .split('\n')
      .slice(0, -1)
      .map((row) => (JSON.parse(row) as Row).scores['image-info']);
    expect([scores[0], scores[6]]).toEqual([0, 1]);
    expect(one.match(/BENCH_ATTACHMENT_[A-Z]+/g)?.slice(0, 3)).toEqual([
      'BENCH_ATTACHMENT_UNREADABLE',
      'BENCH_ATTACHMENT_INVALID',
      'BENCH_ATTACHMENT_UNREADABLE',
    ]);
    const images = async (way: string): Promise<readonly string[]> => {
      const names = await readdir(join(folder, 'pictures', way));
      const run = names.find((name) => name.startsWith('pictures-'))!;
      return (await readdir(join(folder, 'pictures', way, run, 'images'))).toSorted();
    };
    expect(await images('queued')).toEqual(await images('whole'));
    expect(await images('whole')).toHaveLength(5);
  }, 30_000);
});

interface Row {
  readonly scores: Readonly<Record<string, number>>;
}

/** As much of a PNG as tells its size. */
function png(size: number): Buffer {
  const header = Buffer.alloc(33);
  header.write('89504e470d0a1a0a0000000d49484452', 0, 'hex');
  header.writeUInt32BE(size, 16);
  header.writeUInt32BE(size, 20);
  header.write('0802000000', 24, 'hex');
  return header;
}
