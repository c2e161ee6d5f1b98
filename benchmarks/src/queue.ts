import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { planRun, runPlan } from '@testbench/bench';
import { connectQueue, createQueueExecutor, openFolderShare } from '@testbench/bench-queue';
import { freePort } from '@testbench/test-kit/free-port';

/*
 * What a queue costs compared with threads alone: records per second, processor time per record, the coordinator's time per shard; and its limits, calculated
 * from the measurements. Needs redis-server. On a shared machine, the processor time is the relevant figure.
 */
const { values } = parseArgs({
  args: process.argv.slice(2).filter((arg) => arg !== '--'),
  options: {
    records: { type: 'string', default: '40000' },
    shard: { type: 'string', default: '1000' },
  },
});
const records = Number(values.records);
const shardRecords = Number(values.shard);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const plugin = (name: string): string =>
  join(ROOT, 'example-plugins', name, 'build', `${name}.wasm`);
const TICKS_A_SECOND = 100;

if (spawnSync('redis-server', ['--version']).status !== 0) {
  console.log('skipped: there is no redis-server');
  process.exit(0);
}
const folder = await mkdtemp(join(tmpdir(), 'testbench-bench-queue-'));
const port = await freePort();
const url = `redis://127.0.0.1:${port}`;
await mkdir(join(folder, 'redis'));
const redisArgs = [
  '--port',
  `${port}`,
  '--dir',
  join(folder, 'redis'),
  '--appendonly',
  'yes',
  '--save',
  '',
];
const redis = spawn('redis-server', redisArgs, { stdio: 'ignore' });
const client = await connectQueue({ url });
const share = openFolderShare(join(folder, 'share'));
try {
  const lines = Array.from({ length: records }, (_, n) =>
    JSON.stringify({
      input: `What is ${n}?`,
      expected: `${n}`,
      answers: { a: `${n % 3 === 0 ? n : 1}` },
    }),
  );
  await writeFile(join(folder, 'data.jsonl'), `${lines.join('\n')}\n`);
  const config = {
    name: 'measured',
    dataset: { path: join(folder, 'data.jsonl') },
    provider: { plugin: plugin('replay'), models: ['a'] },
    evaluators: [{ plugin: plugin('exact-match') }],
    epochs: 3,
  };
  const preparing = await timed(() => planRun(config));
  const alone = await timed(() => runPlan({ ...config, outputDir: join(folder, 'alone') }));
  console.log(
    `${records} records, 3 epochs, shards of ${shardRecords}; plan alone ${preparing.cpu.toFixed(1)} s\n`,
  );
  console.log('workers   records/s   processor s  against threads   coordinator ms/shard');
  print('threads', alone.wall, alone.cpu, 0, undefined);
  let merging = 0;
  for (const count of [1, 2, 4]) {
    const workers = Array.from({ length: count }, (_, at) => startWorker(count * 10 + at));
    // Their start is not included, except for plugins and data, which each worker opens once per run.
    await setTimeout(3000);
    const before = workers.map(cpuOf).reduce((sum, one) => sum + one, 0);
    const executor = createQueueExecutor({ client, share, shardRecords });
    const run = await timed(() =>
      runPlan({ ...config, outputDir: join(folder, `queue-${count}`) }, { executor }),
    );
    const used = workers.map(cpuOf).reduce((sum, one) => sum + one, 0) - before;
    // Each process makes its own plan: it reads and checks the whole data set.
    const plans = preparing.cpu * (count + 1);
    const shards = Math.ceil(records / shardRecords);
    merging = ((run.cpu - preparing.cpu) / shards) * 1000;
    print(
      `${count}`,
      run.wall,
      run.cpu + used,
      (run.cpu + used - plans) / (alone.cpu - preparing.cpu) - 1,
      merging,
    );
    for (const worker of workers) {
      worker.kill('SIGTERM');
      await once(worker, 'close');
    }
  }
  await limits(merging);
} finally {
  client.disconnect();
  redis.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
}

function startWorker(number: number): ChildProcess {
  const bin = join(ROOT, 'packages/cli/bin/testbench.js');
  const place = ['--queue', url, '--share', join(folder, 'share')];
  const own = ['--work-dir', join(folder, `work-${number}`), '--isolation', 'thread', '--quiet'];
  return spawn(process.execPath, [bin, 'worker', ...place, ...own], { stdio: 'ignore' });
}

/** Processor time of a process so far, its threads too, in seconds. */
function cpuOf({ pid = 0 }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

async function timed(
  work: () => Promise<unknown>,
): Promise<{ readonly wall: number; readonly cpu: number }> {
  const started = performance.now();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: (performance.now() - started) / 1000, cpu: (user + system) / 1e6 };
}

function print(
  who: string,
  wall: number,
  cpu: number,
  overhead: number,
  coordinator: number | undefined,
): void {
  const rate = Math.round(records / wall);
  const more = `${overhead >= 0 ? '+' : ''}${(100 * overhead).toFixed(1)} %`;
  console.log(
    `${who.padEnd(9)} ${String(rate).padStart(9)} ${cpu.toFixed(1).padStart(13)} ${more.padStart(16)} ${(coordinator?.toFixed(2) ?? '-').padStart(22)}`,
  );
}

/** Enqueues windows as the coordinator does, and reports what limits 1e9 records. */
async function limits(mergeMs: number): Promise<void> {
  const { Queue } = await import('bullmq');
  const queue = new Queue('simulated-0123456789ab', {
    connection: client,
    prefix: 'testbench-jobs',
  });
  const jobs = 10_000;
  const data = {
    v: 1,
    run: 'simulated-0123456789ab',
    plan: `sha256:${'a'.repeat(64)}`,
    from: 0,
    to: 1000,
  };
  const memory = async (): Promise<number> =>
    Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]);
  const before = await memory();
  const started = process.cpuUsage();
  for (let at = 0; at < jobs; at += 1000) {
    await queue.addBulk(
      Array.from({ length: 1000 }, (_, n) => ({
        name: 'shard',
        data,
        opts: { jobId: `${at + n}-${at + n + 1}`, attempts: 4 },
      })),
    );
  }
  const { user, system } = process.cpuUsage(started);
  const enqueueMs = (user + system) / 1000 / jobs;
  const jobBytes = ((await memory()) - before) / jobs;
  await queue.obliterate({ force: true });
  await queue.close();
  console.log(
    `\na job: ${enqueueMs.toFixed(3)} ms of the coordinator to add, ${Math.round(jobBytes)} bytes of Redis`,
  );
  console.log(
    'records    shards   all jobs in Redis   window of 1,000   enqueueing     merging   manifest   index of records',
  );
  for (const total of [1e6, 1e7, 1e8, 1e9]) {
    const shards = total / 1000;
    // 100 bytes per segment, 14 bytes per record: limits of the run's folder and of data sets.
    console.log(
      [
        `1e${Math.log10(total)}`.padEnd(8),
        String(shards).padStart(8),
        megabytes(shards * jobBytes).padStart(19),
        megabytes(Math.min(shards, 1000) * jobBytes).padStart(17),
        hours((shards * enqueueMs) / 1000).padStart(12),
        hours((shards * mergeMs) / 1000).padStart(11),
        megabytes(shards * 100).padStart(10),
        megabytes(total * 14).padStart(18),
      ].join(' '),
    );
  }
  console.log(
    'It ends at 1e8 records: a data set has at most 100 million, which is 1.4 GB of index in each process.',
  );
  console.log(
    'Behind it comes the manifest, of at most 64 MB: 600,000 shards of any size. Redis and enqueueing do not end it.',
  );
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

function hours(seconds: number): string {
  return seconds < 600 ? `${seconds.toFixed(1)} s` : `${(seconds / 3600).toFixed(1)} h`;
}
