import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { canonicalRow, listRuns, readRun, type StoredRun } from '@testbench/bench/results';
import { connectQueue } from '@testbench/bench-queue';

import { Actor, command, type Scene, until } from './scene.ts';

/** One kill, as the table shows it. */
interface Kill {
  readonly at: number;
  readonly what: string;
  readonly downMs: number;
  /** The longest time that a shard of the killed process waited for another worker, in milliseconds. */
  readonly redeliveryMs: number | undefined;
}

export interface KilledRun {
  readonly run: StoredRun;
  readonly kills: readonly Kill[];
  readonly seconds: number;
  readonly shards: number;
}

const WORKERS = 3;
/** After this long, a shard counts as not redelivered. */
const GIVE_UP_MS = 12_000;
/** How long a process stays away. */
const DOWN_MS = 300;

/** Numbers that look random, but are the same each time. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface KillOptions {
  readonly records: number;
  readonly kills: number;
  /** About how long the run takes, over which the kills are spread. */
  readonly expectedMs: number;
  readonly shardRecords: number;
  readonly seed: number;
  readonly workerArgs: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Called right before each kill of a worker. */
  readonly onKill?: () => void;
}

/** Runs a benchmark of a folder with three workers, and kills one of all processes at random moments. */
export async function runWithKills(
  { folder, url, redis }: Scene,
  options: KillOptions,
): Promise<KilledRun> {
  const { records, kills: count, shardRecords, seed, workerArgs, env = {} } = options;
  const random = numbers(seed);
  const started = Date.now();
  const share = join(folder, 'share');
  const place = ['--queue', url, '--share', share];
  const workers = Array.from(
    { length: WORKERS },
    (_, at) =>
      new Actor(() =>
        command(
          ['worker', ...place, '--work-dir', join(folder, `work-${at}`), ...workerArgs],
          folder,
          env,
        ),
      ),
  );
  const coordinator = new Actor(() =>
    command(
      [
        'run',
        'bench.json',
        ...place,
        '--shard-records',
        `${shardRecords}`,
        '--output-dir',
        'queued',
        '--json',
      ],
      folder,
      env,
    ),
  );
  const done = async (): Promise<number> => {
    const runs = await listRuns(join(folder, 'queued')).catch(() => []);
    return runs[0]?.records ?? 0;
  };
  // At random moments within the time that one machine takes, for each kind of process.
  const moments = Array.from({ length: count }, () => options.expectedMs * random()).toSorted(
    (one, other) => one - other,
  );
  const kills: Kill[] = [];
  const looked: Promise<void>[] = [];
  try {
    await until(async () => (await done()) > 0, 'the first rows', 120_000);
    const begun = Date.now();
    for (const [number, moment] of moments.entries()) {
      const left = begun + moment - Date.now();
      if (left > 0) await setTimeout(left);
      const kind = number % 3;
      const at = await done();
      if (kind === 0) {
        const victim = Math.floor(random() * WORKERS);
        options.onKill?.();
        const looking = await killWorker(workers[victim]!, url);
        const kill: { -readonly [Key in keyof Kill]: Kill[Key] } = {
          at,
          what: `worker ${victim + 1}`,
          downMs: DOWN_MS,
          redeliveryMs: undefined,
        };
        kills.push(kill);
        // The next kill does not wait for it.
        looked.push(looking().then((ms) => void (kill.redeliveryMs = ms)));
      } else if (kind === 1) {
        if (!coordinator.isRunning) break;
        await coordinator.kill('SIGKILL');
        await setTimeout(DOWN_MS);
        coordinator.begin();
        kills.push({ at, what: 'coordinator', downMs: DOWN_MS, redeliveryMs: undefined });
      } else {
        await redis.kill('SIGKILL');
        await setTimeout(DOWN_MS);
        redis.begin();
        kills.push({ at, what: 'Redis', downMs: DOWN_MS, redeliveryMs: undefined });
      }
    }
    const { code, text } = await coordinator.ended;
    await Promise.all(looked);
    if (code !== 0 && code !== 1) throw new Error(`the coordinator ended with ${code}: ${text}`);
    if (code === 1 && !text.includes('"formatVersion"'))
      throw new Error(`the coordinator failed: ${text}`);
  } finally {
    for (const worker of workers) await worker.kill('SIGTERM');
    await coordinator.kill('SIGKILL');
  }
  const [run] = await listRuns(join(folder, 'queued'));
  const seconds = (Date.now() - started) / 1000;
  return { run: run!, kills, seconds, shards: Math.ceil(records / shardRecords) };
}

/** Kills a worker. The returned function checks when others began its shards, if they began them at all: a shard that did not have to be redone has no time. */
async function killWorker(worker: Actor, url: string): Promise<() => Promise<number | undefined>> {
  const client = await connectQueue({ url });
  const [run = ''] = await client.zrange('testbench:runs', 0, -1);
  const queue = `testbench-jobs:${run}`;
  const before = new Map<string, string | null>();
  for (const id of await client.lrange(`${queue}:active`, 0, -1)) {
    before.set(id, await client.hget(`${queue}:${id}`, 'processedOn'));
  }
  const killed = Date.now();
  await worker.kill('SIGKILL');
  await setTimeout(DOWN_MS);
  worker.begin();
  return async () => {
    try {
      let longest: number | undefined;
      const end = killed + GIVE_UP_MS;
      while (before.size > 0) {
        for (const [id, begun] of before) {
          const now = await client.hget(`${queue}:${id}`, 'processedOn');
          // Done, and collected by the coordinator.
          if (now === null) before.delete(id);
          else if (now !== begun) {
            longest = Math.max(longest ?? 0, Number(now) - killed);
            before.delete(id);
          } else if ((await client.zscore(`${queue}:completed`, id)) !== null) before.delete(id);
        }
        if (Date.now() > end) return Number.POSITIVE_INFINITY;
        await setTimeout(20);
      }
      return longest;
    } finally {
      client.disconnect();
    }
  };
}

/** Bytes of all rows, and everything else that does not differ between machines. */
export async function digestOf(
  run: StoredRun,
): Promise<{ readonly rows: number; readonly bytes: string; readonly lasting: string }> {
  const bytes = createHash('sha256');
  const lasting = createHash('sha256');
  const seen = new Set<string>();
  let rows = 0;
  for (const { from, to } of run.segments) {
    bytes.update(await readFile(join(run.path, 'segments', `${from}-${to}.jsonl`)));
  }
  for await (const row of run.rows()) {
    rows += 1;
    seen.add(`${row.index}/${row.model}/${row.epoch}`);
    lasting.update(`${canonicalRow(row)}\n`);
  }
  if (seen.size !== rows) throw new Error(`${rows - seen.size} rows are there twice`);
  return { rows, bytes: bytes.digest('hex'), lasting: lasting.digest('hex') };
}

/** A summary without the values that depend on clocks, servers and folders. */
export async function summaryOf(path: string): Promise<string> {
  const { summary } = await readRun(path);
  if (summary === undefined) throw new Error(`${path} has no summary`);
  const { measured: _measured, run: _run, ...rest } = summary;
  return JSON.stringify(rest);
}

export function printKills(title: string, { kills, seconds, shards }: KilledRun): void {
  console.log(`\n${title}: ${kills.length} kills, ${shards} shards, ${seconds.toFixed(1)} s`);
  console.log('  #  at record  killed        redelivered after');
  for (const [number, { at, what, redeliveryMs }] of kills.entries()) {
    const after = redeliveryMs === undefined ? '-' : `${(redeliveryMs / 1000).toFixed(2)} s`;
    console.log(
      `${String(number + 1).padStart(3)}  ${String(at).padStart(9)}  ${what.padEnd(12)}  ${after.padStart(10)}`,
    );
  }
}
