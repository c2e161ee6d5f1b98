import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { createFolderRuns } from '@testbench/bench/results';
import { connectQueue } from '@testbench/bench-queue';
import { freePort } from '@testbench/test-kit/free-port';
import { Queue } from 'bullmq';

/*
 * How far a queue goes: as many jobs as a run of 1e9 records has are added to a real Redis, in windows as the coordinator does and all at once, and the
 * manifest of a run is written with as many segments as one can have. What is not measured is calculated from what is, and says so. Needs redis-server.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    jobs: { type: 'string', default: '100000' },
    // Of `queue.ts`: processor time of the coordinator for a shard of 1,000 rows.
    'merge-ms': { type: 'string', default: '6' },
  },
});
const jobs = Number(values.jobs);
const mergeMs = Number(values['merge-ms']);
const WINDOW = 1000;
const SHARD_RECORDS = 1000;
/** Adjacent shards that the coordinator writes as one segment, if they come at the same time. */
const JOINED = 8;
/** Segments that share a write of the manifest in the set-up. */
const MANY = 500;
/** Segments of the runs that are written. */
const COUNTS = [1000, 10_000, 30_000];
/** Measured writes. */
const REPEATED = 20;
const RUN = 'simulated-0123456789ab';

if (spawnSync('redis-server', ['--version']).status !== 0) {
  console.log('skipped: there is no redis-server');
  process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), 'testbench-bench-scale-'));
const port = await freePort();
await mkdir(join(folder, 'redis'));
const args = ['--port', `${port}`, '--dir', join(folder, 'redis'), '--appendonly', 'yes'];
const redis = spawn('redis-server', [...args, '--save', ''], { stdio: 'ignore' });
const client = await connectQueue({ url: `redis://127.0.0.1:${port}` });
const queue = new Queue(RUN, { connection: client, prefix: 'testbench-jobs' });
try {
  console.log(`load ${loadavg()[0]!.toFixed(1)}\n`);
  const enqueued = await enqueue();
  const manifests = await writeManifests();
  extrapolate(enqueued, manifests);
} finally {
  await queue.close();
  client.disconnect();
  redis.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

/** What adding a job costs. */
interface Enqueued {
  readonly ms: number;
  readonly bytes: number;
  readonly windowBytes: number;
}

/** Adds all jobs at once, which no run does, to see what Redis would hold. */
async function enqueue(): Promise<Enqueued> {
  const before = await memory();
  let windowBytes = 0;
  const started = process.cpuUsage();
  const wall = performance.now();
  for (let at = 0; at < jobs; at += WINDOW) {
    await queue.addBulk(
      Array.from({ length: Math.min(WINDOW, jobs - at) }, (_, n) => {
        const from = (at + n) * SHARD_RECORDS;
        const to = from + SHARD_RECORDS;
        const data = { v: 1, run: RUN, plan: `sha256:${'a'.repeat(64)}`, from, to };
        return {
          name: 'shard',
          data,
          opts: {
            jobId: `${from}-${to}`,
            attempts: 4,
            backoff: { type: 'exponential', delay: 500 },
          },
        };
      }),
    );
    if (at === 0) windowBytes = (await memory()) - before;
  }
  const { user, system } = process.cpuUsage(started);
  const ms = (user + system) / 1000 / jobs;
  const bytes = ((await memory()) - before) / jobs;
  const seconds = (performance.now() - wall) / 1000;
  console.log(
    `${jobs} jobs added to Redis in ${seconds.toFixed(0)} s: ${ms.toFixed(3)} ms of the coordinator and ${Math.round(bytes)} bytes of Redis each, ${size(jobs * bytes)} in all; a window of ${WINDOW} takes ${size(windowBytes)}`,
  );
  return { ms, bytes, windowBytes };
}

async function memory(): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
}

/** Processor time of writing a run's manifest once, in milliseconds, by its number of segments. */
async function writeManifests(): Promise<ReadonlyMap<number, number>> {
  const times = new Map<number, number>();
  for (const count of COUNTS) {
    const runs = createFolderRuns(join(folder, `runs-${count}`));
    const writer = await runs.open(RUN);
    // The first begins segments; what they cost grows with those that are there.
    for (let at = 0; at < count; at += MANY) {
      await Promise.all(
        Array.from({ length: Math.min(MANY, count - at) }, async (_, n) => {
          const segment = await writer.begin(at + n);
          await segment.write('{}');
          await segment.complete(at + n + 1);
        }),
      );
    }
    const before = process.cpuUsage();
    for (let n = 0; n < REPEATED; n += 1) {
      const segment = await writer.begin(count + n);
      await segment.write('{}');
      await segment.complete(count + n + 1);
    }
    const { user, system } = process.cpuUsage(before);
    times.set(count, (user + system) / 1000 / REPEATED);
    await writer.close();
    console.log(
      `a manifest of ${count} segments: ${times.get(count)!.toFixed(1)} ms of processor to add one`,
    );
  }
  return times;
}

function extrapolate(
  { ms, bytes, windowBytes }: Enqueued,
  manifests: ReadonlyMap<number, number>,
): void {
  const perSegment = manifests.get(COUNTS.at(-1)!)! / COUNTS.at(-1)!;
  console.log('\ncalculated from these, with shards of 1,000 records and of 10,000:');
  console.log(
    'records  shards  all jobs in Redis  window  enqueueing  rows     manifest, written    size    index of a process',
  );
  for (const [total, records] of [
    [1e6, 1000],
    [1e7, 1000],
    [1e8, 1000],
    [1e8, 10_000],
    [1e9, 1000],
    [1e9, 10_000],
  ] as const) {
    const shards = total / records;
    const segments = shards / JOINED;
    // Each write lists all segments so far.
    const manifestMs = (perSegment * segments * segments) / 2;
    console.log(
      [
        `1e${Math.log10(total)}`.padEnd(7),
        `1e${Math.log10(shards)}`.padStart(7),
        size(shards * bytes).padStart(18),
        size(Math.min(shards / WINDOW, 1) * windowBytes).padStart(7),
        time(shards * ms).padStart(11),
        time((total / SHARD_RECORDS) * mergeMs).padStart(7),
        time(manifestMs).padStart(19),
        size(segments * 110).padStart(9),
        size(total * 16).padStart(21),
      ].join(' '),
    );
  }
  console.log(
    `\nRows: ${mergeMs} ms of the coordinator's processor per 1,000, by \`pnpm queue\`. The manifest is written at most once a segment, and lists all of them each time.`,
  );
}

function size(bytes: number): string {
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

function time(ms: number): string {
  if (ms < 600_000) return `${(ms / 1000).toFixed(1)} s`;
  return ms < 100 * 3_600_000
    ? `${(ms / 3_600_000).toFixed(1)} h`
    : `${Math.round(ms / 86_400_000)} d`;
}
