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
 * What a queue costs compared with threads alone: processor time of all processes, Redis included, for each shard of a run that is under way. What comes before
 * (the start of a process, its plan, its plugins, code that is not optimized yet) is stated apart, since a worker pays it once a run.
 *
 * On a shared machine, processor time is the relevant figure; records per second say little. Needs redis-server.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    records: { type: 'string', default: '60000' },
    shard: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '3' },
    workers: { type: 'string', default: '1,2,4' },
    evaluators: { type: 'string', default: 'exact-match' },
  },
});
const records = Number(values.records);
const shardRecords = Number(values.shard);
const rounds = Number(values.rounds);
const counts = values.workers.split(',').map(Number);
/** Part of the run that is not measured. */
const MARK = 0.3;
const TICKS_A_SECOND = 100;
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const plugin = (name: string): string =>
  join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);

if (spawnSync('redis-server', ['--version']).status !== 0) {
  console.log('skipped: there is no redis-server');
  process.exit(0);
}

/** Processor times of one run, in seconds. */
interface Measured {
  /** Of one worker, or of the only process. */
  readonly start: number;
  /** For each shard of those that count: a worker may be ahead of the coordinator. */
  readonly worker: number;
  readonly coordinator: number;
  readonly redis: number;
  readonly wall: number;
}

const folder = await mkdtemp(join(tmpdir(), 'testbench-bench-queue-'));
const port = await freePort();
const url = `redis://127.0.0.1:${port}`;
await mkdir(join(folder, 'redis'));
const redis = spawn(
  'redis-server',
  ['--port', `${port}`, '--dir', join(folder, 'redis'), '--appendonly', 'yes', '--save', ''],
  { stdio: 'ignore' },
);
const measured = new Map<number, Measured[]>();
const loads: number[] = [];
let runs = 0;
try {
  (await connectQueue({ url })).disconnect();
  const lines = Array.from({ length: records }, (_, n) =>
    JSON.stringify({
      input: `What is ${n}?`,
      expected: `${n}`,
      answers: { a: `${n % 3 === 0 ? n : 1}` },
    }),
  );
  await writeFile(join(folder, 'data.jsonl'), `${lines.join('\n')}\n`);
  for (let round = 0; round < rounds; round += 1) {
    // Interleaved: other work on the machine changes over minutes.
    for (const count of [0, ...counts]) {
      loads.push(loadavg()[0]!);
      const found = await measure(count);
      measured.set(count, [...(measured.get(count) ?? []), found]);
    }
  }
  print();
} finally {
  redis.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

/** Measures a run by threads alone, or by workers. */
async function measure(count: number): Promise<Measured> {
  runs += 1;
  const config: BenchmarkConfig = {
    name: 'measured',
    dataset: { path: join(folder, 'data.jsonl') },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: values.evaluators.split(',').map((name) => ({ plugin: plugin(name) })),
    outputDir: join(folder, `out-${runs}`),
  };
  const share = join(folder, 'share');
  const workers = await Promise.all(
    Array.from({ length: count }, async (_, at) => {
      const workDir = join(folder, `work-${runs}-${at}`);
      return await begin({ kind: 'worker', url, share, workDir, hasHooks: false });
    }),
  );
  const coordinator = await begin(
    count === 0
      ? { kind: 'threads', config, mark: MARK }
      : { kind: 'coordinator', config, mark: MARK, url, share, shardRecords },
  );
  await next(coordinator, 'mark');
  const marked = performance.now();
  const before = { coordinator: cpuOf(coordinator), redis: cpuOf(redis) };
  await next(coordinator, 'end');
  const wall = (performance.now() - marked) / 1000;
  const inCoordinator = cpuOf(coordinator) - before.coordinator;
  const inRedis = cpuOf(redis) - before.redis;
  coordinator.send('end');
  const times = await Promise.all(
    workers.map(async (child) => {
      const found = new Promise<readonly number[]>(
        (resolve) => void child.once('message', resolve),
      );
      child.send('end');
      return await found;
    }),
  );
  // Until the mark, without what its shards cost later on.
  const start = before.coordinator - (MARK / (1 - MARK)) * inCoordinator;
  const each = times.map(shardTimes);
  const mean = (all: readonly number[]): number =>
    all.reduce((total, one) => total + one, 0) / Math.max(1, all.length);
  return {
    start: count === 0 ? start : mean(each.map((one) => one.start)),
    worker: mean(each.map(({ shard }) => shard)),
    coordinator: inCoordinator,
    redis: inRedis,
    wall,
  };
}

/** What a shard costs a worker once it is under way, and what everything before costs it, in seconds. */
function shardTimes(times: readonly number[]): { readonly shard: number; readonly start: number } {
  const skipped = Math.floor(times.length * MARK);
  const shard = (times.at(-1)! - times[skipped]!) / (times.length - 1 - skipped);
  return { shard, start: times[skipped]! - (skipped + 1) * shard };
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
  const shards = (records * (1 - MARK)) / shardRecords;
  const perShard = (seconds: number): number => (seconds / shards) * 1000;
  const costOf = ({ worker, coordinator, redis: inRedis }: Measured): number =>
    worker * 1000 + perShard(coordinator + inRedis);
  const alone = measured.get(0)!;
  const [low, high] = [Math.min(...loads), Math.max(...loads)].map((load) => load.toFixed(1));
  console.log(
    `${records} records, shards of ${shardRecords}, ${values.evaluators}, ${rounds} rounds, load ${low} to ${high}; medians (range)\n`,
  );
  console.log(
    'workers   processor ms a shard    against threads        worker  coordinator  Redis   start of one   records/s',
  );
  for (const [count, found] of measured) {
    if (count === 2) {
      const more = found.map((one, round) => 100 * (costOf(one) / costOf(alone[round]!) - 1));
      reportFigure('P16', median(more));
    }
    const costs = found.map(costOf);
    const more = found.map((one, round) => 100 * (costOf(one) / costOf(alone[round]!) - 1));
    const of = (read: (one: Measured) => number): string =>
      median(found.map((one) => perShard(read(one)))).toFixed(1);
    console.log(
      [
        (count === 0 ? 'threads' : `${count}`).padEnd(8),
        spread(costs, 1).padStart(22),
        (count === 0 ? '-' : `${spread(more, 0)} %`).padStart(18),
        (count === 0 ? '-' : median(found.map(({ worker }) => worker * 1000)).toFixed(1)).padStart(
          13,
        ),
        of((one) => one.coordinator).padStart(12),
        (count === 0 ? '-' : of((one) => one.redis)).padStart(6),
        `${median(found.map(({ start }) => start)).toFixed(2)} s`.padStart(14),
        String(
          Math.round(median(found.map(({ wall }) => (shards * shardRecords) / wall))),
        ).padStart(11),
      ].join(' '),
    );
  }
  console.log(
    '\nThe start of one worker: its process, fetching files, its plan of the data set, its plugins, and code that is not optimized yet.',
  );
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
