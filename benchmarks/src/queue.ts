import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import type { BenchmarkConfig } from '@testbench/bench';
import { connectQueue } from '@testbench/bench-queue';
import { freePort } from '@testbench/test-kit/free-port';

import { reportFigure } from './figures.ts';
import type { QueueTask } from './queue-process.ts';

/*
 * What a queue costs compared with threads alone: processor time of all processes, Redis included, for each shard of a run that is under way. Every process
 * first does `--warm` shards that are not measured, and then `--shards` that are, so that a run of four workers is four times as long as that of one: what a process
 * pays once (its start, its plan, its plugins, code that is not optimized yet) is stated apart.
 *
 * Several processes on one machine cost more than one, with a queue or without: each has its own heap and code, and they take turns on the processors. So workers are
 * also compared with as many processes that run parts of the plan by hand, in threads and without a queue.
 *
 * On a shared machine, processor time is the relevant figure; records per second say little. Needs redis-server.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    shards: { type: 'string', default: '60' },
    warm: { type: 'string', default: '40' },
    'shard-records': { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1,2,4' },
    evaluators: { type: 'string', default: 'exact-match' },
  },
});
/** Shards of each process that are measured, and those before. */
const shards = Number(values.shards);
const warm = Number(values.warm);
const shardRecords = Number(values['shard-records']);
const rounds = Number(values.rounds);
const counts = values.workers.split(',').map(Number);
/** Part of a run that is not measured. */
const MARK = warm / (warm + shards);
const TICKS_A_SECOND = 100;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const plugin = (name: string): string =>
  join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);

if (spawnSync('redis-server', ['--version']).status !== 0) {
  console.log('skipped: there is no redis-server');
  process.exit(0);
}

/** How a run is made: by a number of processes in threads, or of workers. */
interface Way {
  readonly kind: 'threads' | 'workers';
  readonly count: number;
}

/** Processor times of one run, in seconds for each shard. */
interface Measured {
  /** What one worker, or one process in threads, pays once. */
  readonly start: number;
  /** Of the processes that make the rows. */
  readonly maker: number;
  readonly coordinator: number;
  readonly redis: number;
  /** Shards a second of all processes. */
  readonly rate: number;
}

const ways: readonly Way[] = [
  ...[1, ...counts.filter((count) => count > 1)].map((count) => ({
    kind: 'threads' as const,
    count,
  })),
  ...counts.map((count) => ({ kind: 'workers' as const, count })),
];
const folder = await mkdtemp(join(tmpdir(), 'testbench-bench-queue-'));
const port = await freePort();
const url = `redis://127.0.0.1:${port}`;
await mkdir(join(folder, 'redis'));
const redis = spawn(
  'redis-server',
  ['--port', `${port}`, '--dir', join(folder, 'redis'), '--appendonly', 'yes', '--save', ''],
  { stdio: 'ignore' },
);
const measured = new Map<Way, Measured[]>(ways.map((way) => [way, []]));
const loads: number[] = [];
let runs = 0;
try {
  (await connectQueue({ url })).disconnect();
  for (const count of new Set(ways.map((way) => way.count))) {
    const lines = Array.from({ length: recordsOf(count) }, (_, n) =>
      JSON.stringify({
        input: `What is ${n}?`,
        expected: `${n}`,
        answers: { a: `${n % 3 === 0 ? n : 1}` },
      }),
    );
    await writeFile(dataFile(count), `${lines.join('\n')}\n`);
  }
  for (let round = 0; round < rounds; round += 1) {
    // Interleaved: other work on the machine changes over minutes.
    for (const way of ways) {
      loads.push(loadavg()[0]!);
      const found = way.kind === 'threads' ? await measureThreads(way) : await measureWorkers(way);
      measured.get(way)!.push(found);
    }
  }
  print();
} finally {
  redis.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

/** Records of a run by so many processes. */
function recordsOf(count: number): number {
  return count * (warm + shards) * shardRecords;
}

function dataFile(count: number): string {
  return join(folder, `data-${count}.jsonl`);
}

function configOf(count: number): BenchmarkConfig {
  runs += 1;
  return {
    name: 'measured',
    dataset: { path: dataFile(count) },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: values.evaluators.split(',').map((name) => ({ plugin: plugin(name) })),
    outputDir: join(folder, `out-${runs}`),
  };
}

/** Processes that run the plan, or a part of it each, without a queue. */
async function measureThreads({ count }: Way): Promise<Measured> {
  const config = configOf(count);
  const made = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const shard = count === 1 ? undefined : { index: at + 1, of: count };
      const child = await begin({ kind: 'threads', config, mark: MARK, shard });
      return await measureRest(child, shards);
    }),
  );
  return {
    start: mean(made.map(({ before, each }) => before - warm * each)),
    maker: mean(made.map(({ each }) => each)),
    coordinator: 0,
    redis: 0,
    rate: made.reduce((sum, { wall }) => sum + shards / wall, 0),
  };
}

async function measureWorkers({ count }: Way): Promise<Measured> {
  const config = configOf(count);
  const share = join(folder, 'share');
  const workers = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const workDir = join(folder, `work-${runs}-${at}`);
      return await begin({ kind: 'worker', url, share, workDir, hasHooks: false });
    }),
  );
  const child = await begin({ kind: 'coordinator', config, mark: MARK, url, share, shardRecords });
  let before = 0;
  const coordinator = await measureRest(child, count * shards, () => (before = cpuOf(redis)));
  const inRedis = cpuOf(redis) - before;
  const times = await Promise.all(
    workers.map(async (worker) => {
      const found = new Promise<readonly number[]>(
        (resolve) => void worker.once('message', resolve),
      );
      worker.send('end');
      return await found;
    }),
  );
  const made = times.map(shardTimes);
  const done = made.reduce((sum, one) => sum + one.shards, 0);
  return {
    start: mean(made.map(({ start }) => start)),
    // Workers take as many shards as they get.
    maker: made.reduce((sum, one) => sum + one.each * one.shards, 0) / done,
    coordinator: coordinator.each,
    redis: inRedis / (count * shards),
    rate: (count * shards) / coordinator.wall,
  };
}

/** Measures a process from its mark to its end, and ends it. */
async function measureRest(
  child: ChildProcess,
  count: number,
  onMark = (): void => {},
): Promise<{ readonly before: number; readonly each: number; readonly wall: number }> {
  const end = next(child, 'end');
  await next(child, 'mark');
  const marked = performance.now();
  const before = cpuOf(child);
  onMark();
  await end;
  const wall = (performance.now() - marked) / 1000;
  const each = (cpuOf(child) - before) / count;
  child.send('end');
  return { before, each, wall };
}

/** What a shard costs a worker once it is under way, and what everything before costs it, in seconds. */
function shardTimes(times: readonly number[]): {
  readonly shards: number;
  readonly each: number;
  readonly start: number;
} {
  // A worker that got few shards is measured over half of them.
  const skipped = Math.min(warm, times.length >> 1);
  const count = times.length - 1 - skipped;
  const each = (times.at(-1)! - times[skipped]!) / count;
  return { shards: count, each, start: times[skipped]! - (skipped + 1) * each };
}

async function begin(task: QueueTask): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('queue-process.ts', import.meta.url));
  const child = fork(script, [JSON.stringify(task)]);
  await next(child, 'ready');
  return child;
}

async function next(child: ChildProcess, what: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a process ended: ${code}`));
    child.once('exit', onExit);
    child.on('message', (message) => {
      if (message !== what) return;
      child.off('exit', onExit);
      resolve();
    });
  });
}

/** Processor time of a process so far, its threads too, in seconds. */
function cpuOf({ pid = 0 }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

function print(): void {
  const costOf = ({ maker, coordinator, redis: inRedis }: Measured): number =>
    1000 * (maker + coordinator + inRedis);
  const found = (kind: Way['kind'], count: number): readonly Measured[] =>
    measured.get(ways.find((way) => way.kind === kind && way.count === count)!)!;
  /** Percentages above others of the same round. */
  const above = (all: readonly Measured[], others: readonly Measured[]): number[] =>
    all.map((one, round) => 100 * (costOf(one) / costOf(others[round]!) - 1));
  const [low, high] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  console.log(
    `${shards} shards of ${shardRecords} records for each process after ${warm} that do not count, ${values.evaluators}, ${rounds} rounds, load ${low} to ${high}; medians (range)\n`,
  );
  console.log(
    '                 processor ms a shard  against one process  against as many  rows made by  coordinator  Redis  start of one  records/s',
  );
  for (const [{ kind, count }, all] of measured) {
    const isBase = kind === 'threads' && count === 1;
    const overOne = above(all, found('threads', 1));
    const overSame = above(all, found('threads', count));
    if (kind === 'workers' && count === 2) reportFigure('P16', median(overOne));
    const ms = (read: (one: Measured) => number): string =>
      kind === 'threads' ? '-' : (1000 * median(all.map(read))).toFixed(1);
    console.log(
      [
        (kind === 'workers' ? `${count} in a queue` : `${count} in threads`).padEnd(16),
        spread(all.map(costOf), 1).padStart(20),
        (isBase ? '-' : `${spread(overOne, 0)} %`).padStart(20),
        (kind === 'threads' ? '-' : `${spread(overSame, 0)} %`).padStart(16),
        (1000 * median(all.map(({ maker }) => maker))).toFixed(1).padStart(13),
        ms((one) => one.coordinator).padStart(12),
        ms((one) => one.redis).padStart(6),
        `${median(all.map(({ start }) => start)).toFixed(2)} s`.padStart(13),
        String(Math.round(median(all.map(({ rate }) => rate * shardRecords)))).padStart(10),
      ].join(' '),
    );
  }
  console.log(
    '\nThe start of one worker: its process, fetching files, its plan of the data set, its plugins, and code that is not optimized yet. It is paid once a run.',
  );
}

function mean(all: readonly number[]): number {
  return all.reduce((total, one) => total + one, 0) / Math.max(1, all.length);
}

function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function spread(all: readonly number[], digits: number): string {
  const sign = (value: number): string => value.toFixed(digits);
  return `${sign(median(all))} (${sign(Math.min(...all))} to ${sign(Math.max(...all))})`;
}
