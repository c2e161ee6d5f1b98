import { setTimeout } from 'node:timers/promises';

import { BenchError, PluginLocator, type LocateOptions } from '@testbench/bench';
import type { RangeExecutor, RangeRows, RangeWork, ShardFacts } from '@testbench/bench/shards';
import { REWRITE_VERSION } from '@testbench/metering';
import { API_VERSION } from '@testbench/types/abi';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import type { RunRange } from '@testbench/types/stores';
import { type Job, Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import { QueueError } from './errors.js';
import type { ShardJob } from './job.js';
import { joinShards, type ShardText } from './join-shards.js';
import {
  ATTEMPTS,
  BACKOFF_MS,
  MAX_REFUSALS,
  MAX_SHARD_RECORDS,
  MAX_WINDOW_JOBS,
  POLL_JOBS,
  POLL_MS,
  SHARD_RECORDS,
  WINDOW_JOBS,
} from './limits.js';
import { type NamedPlugin, packRun } from './pack-run.js';
import { parseShardName, readOutcome, readTags, shardName } from './message.js';
import { readSource } from './run-document.js';
import { keys, QUEUE_PREFIX, type RunRecord, stateOf } from './run-record.js';
import { readShare, type Share } from './share.js';

/** How a run is handed out. */
export interface QueueExecutorOptions extends LocateOptions {
  /** Connection to Redis; the caller closes it. */
  readonly client: Redis;
  readonly share: Share;
  /** Records per shard. @default 1000 */
  readonly shardRecords?: number;
  /** Jobs in Redis at a time. @default 1000 */
  readonly windowJobs?: number;
  /** Labels that a worker must have. @default none */
  readonly tags?: readonly string[];
  /** Base addresses that workers fetch the data from, `<source>/sha256/<hex>`, instead of from the share. @default the share */
  readonly sources?: readonly string[];
  /** Called with the progress of the run. */
  readonly onStatus?: (status: ExecutorStatus) => void;
}

const OPTIONS: OptionReaders<QueueExecutorOptions> = {
  client: (node) => node.implementation<Redis>('multi', 'eval'),
  share: readShare,
  shardRecords: (node) => node.wholeNumber(1, MAX_SHARD_RECORDS),
  windowJobs: (node) => node.wholeNumber(1, MAX_WINDOW_JOBS),
  tags: readTags,
  sources: (node) => node.list().map(readSource),
  compileScript: (node) => node.callback(),
  findPlugin: (node) => node.callback(),
  onStatus: (node) => node.callback(),
};

/** Progress of a run. */
export interface ExecutorStatus {
  readonly shards: number;
  readonly done: number;
  readonly failed: number;
}

/** How often the coordinator checks that the queue still has its jobs, in polls. */
const CHECK_LOOKS = 30;

/**
 * Lets workers of a queue make the shards of a run: `executor` of `RunOptions`. It may be killed at any moment: run again, it collects the work
 * done in the meantime and continues.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 */
export function createQueueExecutor(given: QueueExecutorOptions): RangeExecutor {
  const options = readOptions<QueueExecutorOptions>(given, OPTIONS, '', ['client', 'share']);
  return {
    async *execute(work) {
      const { shardRecords = SHARD_RECORDS } = options;
      const record = await publishRun(options, work, shardRecords);
      const queue = new Queue(work.plan.run, { connection: options.client, prefix: QUEUE_PREFIX });
      queue.on('error', () => {});
      try {
        yield* new Coordinator(queue, options, work, record).rows();
      } finally {
        await queue.close();
      }
    },
  };
}

/** Puts the files of a run into the share, and announces the run to the workers. */
async function publishRun(
  { client, share, tags = [], sources = [], compileScript, findPlugin }: QueueExecutorOptions,
  { plan, files, attachments }: RangeWork,
  shardRecords: number,
): Promise<RunRecord> {
  const locator = new PluginLocator(plan.config.pluginsDir, { compileScript, findPlugin });
  const document = await packRun(share, {
    plan,
    files,
    attachments,
    sources,
    moduleOf: async (use, place) => await locateModule(locator, use, place),
  });
  const record: RunRecord = {
    v: 1,
    run: plan.run,
    plan: plan.digest,
    document,
    records: plan.content.dataset.records,
    shardRecords,
    rewrite: REWRITE_VERSION,
    contract: API_VERSION,
    tags,
    begunAt: Date.now(),
  };
  await announce(client, record);
  return record;
}

async function announce(client: Redis, record: RunRecord): Promise<void> {
  const { run, begunAt } = record;
  const state = await stateOf(client, run);
  const change = client
    .multi()
    .set(keys.record(run), JSON.stringify(record))
    .zadd(keys.runs, 'NX', begunAt, run);
  // A paused run stays paused; a cancelled run is restarted by the next process that runs it.
  if (state !== 'paused') change.set(keys.state(run), 'running');
  await change.exec();
}

async function locateModule(
  locator: PluginLocator,
  { plugin, config }: NamedPlugin,
  place: string,
): Promise<string> {
  const at = place === 'toolCheck' ? place : `${place}.plugin`;
  const { path } = await locator.locate(plugin, at, config);
  if (!path.includes('://')) return path;
  throw new QueueError(
    'QUEUE_UNSUPPORTED',
    `Cannot hand out ${JSON.stringify(path)}: nothing here has fetched it; install it into the project first`,
  );
}

/** A shard whose rows have come. */
interface TakenShard extends ShardText {
  readonly job: Job;
  readonly facts: ShardFacts;
}

class Coordinator {
  readonly #queue: Queue;
  readonly #options: QueueExecutorOptions;
  readonly #work: RangeWork;
  readonly #record: RunRecord;
  /** Shards without rows, by name; those after `#next` are not in the queue yet. */
  readonly #open: Map<string, RunRange>;
  readonly #ranges: readonly RunRange[];
  #next = 0;
  readonly #failed = new Map<string, string>();
  readonly #refusals = new Map<string, number>();
  /** Shards handed to the run, but not settled yet. */
  readonly #underWay = new Set<string>();

  constructor(queue: Queue, options: QueueExecutorOptions, work: RangeWork, record: RunRecord) {
    this.#queue = queue;
    this.#options = options;
    this.#work = work;
    this.#record = record;
    this.#ranges = cut(work.missing, record.shardRecords);
    this.#open = new Map(this.#ranges.map((range) => [shardName(range), range]));
  }

  /** All rows, as they arrive. @throws {QueueError} `QUEUE_RUN_CANCELLED`, `QUEUE_SHARDS_FAILED`. */
  async *rows(): AsyncGenerator<RangeRows> {
    const { signal, plan } = this.#work;
    const { client } = this.#options;
    await this.#forgetFailed();
    for (let look = 0; ; look += 1) {
      await this.#enqueue();
      const found = await this.#collect();
      for (const rows of found) yield rows;
      this.#tell();
      if (this.#open.size === this.#failed.size && this.#underWay.size === 0) break;
      if (signal?.aborted === true) return;
      if ((await stateOf(client, plan.run)) === 'cancelled') throw this.#cancelled();
      if (look % CHECK_LOOKS === CHECK_LOOKS - 1) await this.#check();
      if (found.length === 0) await setTimeout(POLL_MS);
    }
    await client.hset(keys.progress(plan.run), { done: this.#ranges.length - this.#failed.size });
    if (this.#failed.size > 0) throw this.#setApart();
    await this.#clear();
  }

  /** Keeps a window of shards in the queue: a million of them would take 2 GB of Redis. */
  async #enqueue(): Promise<void> {
    const { windowJobs = WINDOW_JOBS } = this.#options;
    const waiting = this.#next - (this.#ranges.length - this.#open.size) - this.#failed.size;
    const room = windowJobs - waiting;
    if (this.#next >= this.#ranges.length || room < Math.min(windowJobs / 4, POLL_JOBS)) return;
    const ranges = this.#ranges.slice(this.#next, this.#next + room);
    await this.#add(ranges);
    this.#next += ranges.length;
  }

  /** A job that already exists, even a finished one, is not added again. */
  async #add(ranges: readonly RunRange[]): Promise<void> {
    const { plan, traceparent } = this.#work;
    await this.#queue.addBulk(
      ranges.map((range) => {
        const { from, to } = range;
        const data: ShardJob = {
          v: 1,
          run: plan.run,
          plan: plan.digest,
          from,
          to,
          ...(traceparent === undefined ? {} : { traceparent }),
        };
        return {
          name: 'shard',
          data,
          opts: {
            jobId: shardName(range),
            attempts: ATTEMPTS,
            backoff: { type: 'exponential', delay: BACKOFF_MS },
            removeOnComplete: false,
            removeOnFail: false,
          },
        };
      }),
    );
  }

  async #collect(): Promise<RangeRows[]> {
    const found: TakenShard[] = [];
    for (const job of (await this.#queue.getCompleted(0, POLL_JOBS - 1)) as (Job | undefined)[]) {
      if (job === undefined) continue;
      const shard = await this.#take(job);
      if (shard !== undefined) found.push(shard);
    }
    await this.#findFailed();
    return joinShards(found, ({ name }) => this.#refusals.has(name)).map((shards) => ({
      from: shards[0]!.from,
      to: shards.at(-1)!.to,
      rows: shards.flatMap(({ text }) => text.split('\n').slice(0, -1)),
      facts: shards.map(({ facts }) => facts),
      settle: async (refusal) => {
        await Promise.all(
          shards.map(async ({ job, name }) => await this.#settle(job, name, refusal)),
        );
      },
    }));
  }

  /** Sets shards aside that failed in all attempts. @throws {BenchError} `BENCH_BUDGET_SPENT`. */
  async #findFailed(): Promise<void> {
    let isNew = true;
    // The newest come first.
    for (let at = 0; isNew; at += POLL_JOBS) {
      const jobs = (await this.#queue.getFailed(at, at + POLL_JOBS - 1)) as (Job | undefined)[];
      isNew = false;
      for (const job of jobs) {
        const name = job?.id;
        if (name === undefined || !this.#open.has(name) || this.#failed.has(name)) continue;
        const reason = String(job?.failedReason).slice(0, 500);
        if (reason.startsWith('BENCH_BUDGET_SPENT')) {
          throw new BenchError('BENCH_BUDGET_SPENT', reason.slice('BENCH_BUDGET_SPENT: '.length));
        }
        this.#setAside(name, reason);
        isNew = true;
      }
    }
  }

  /** The rows of a job that reports that it is done; its report is not trusted. */
  async #take(job: Job): Promise<TakenShard | undefined> {
    const name = String(job.id);
    const range = parseShardName(name);
    if (range === undefined || !this.#open.has(name)) {
      // A job of an earlier process, whose rows already exist, or a job of unknown origin.
      await job.remove().catch(() => {});
      return undefined;
    }
    if (this.#underWay.has(name)) return undefined;
    const { plan } = this.#work;
    try {
      const outcome = readOutcome(job.returnvalue);
      const place = { run: plan.run, shard: name };
      const bytes = await this.#options.share.readResult(place, outcome);
      const { buffer, byteOffset, length } = bytes;
      const text = Buffer.from(buffer, byteOffset, length).toString('utf8');
      this.#underWay.add(name);
      const { startedAt, durationMs, timeMs, denials } = outcome;
      const facts = { startedAt, durationMs, timeMs, denials, repeatedCalls: 0 };
      return { ...range, name, text, job, facts };
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      this.#work.onNotice(`shard ${name} is run again: ${error.message}`);
      await this.#again(job, name, error);
      return undefined;
    }
  }

  async #settle(job: Job, name: string, refusal: unknown): Promise<void> {
    this.#underWay.delete(name);
    if (refusal !== undefined) return await this.#again(job, name, refusal);
    this.#open.delete(name);
    // Only now that the rows are on disk: if this process is killed before, the next coordinator finds the job.
    await job.remove().catch(() => {});
  }

  async #again(job: Job, name: string, refusal: unknown): Promise<void> {
    const count = (this.#refusals.get(name) ?? 0) + 1;
    this.#refusals.set(name, count);
    await job.remove().catch(() => {});
    if (count >= MAX_REFUSALS) {
      this.#setAside(name, refusal instanceof Error ? refusal.message : 'its rows were refused');
    } else await this.#add([this.#open.get(name)!]);
  }

  #setAside(name: string, reason: string): void {
    this.#failed.set(name, reason);
    this.#work.onNotice(`shard ${name} is set apart: ${reason}`);
  }

  /** Shards that failed in an earlier process are run again. */
  async #forgetFailed(): Promise<void> {
    for (;;) {
      const failed = (await this.#queue.getFailed(0, POLL_JOBS - 1)) as (Job | undefined)[];
      if (failed.length === 0) return;
      await Promise.all(failed.map(async (job) => await job?.remove().catch(() => {})));
    }
  }

  /** A queue without an append-only log loses its jobs when it is killed: they are added again. */
  async #check(): Promise<void> {
    const { client } = this.#options;
    if ((await client.exists(keys.record(this.#record.run))) === 0) {
      await announce(client, this.#record);
    }
    const counts = await this.#queue.getJobCounts();
    const there = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const end = this.#ranges[this.#next]?.from ?? Number.POSITIVE_INFINITY;
    const given: RunRange[] = [];
    // In the order of records, of which there may be a million.
    for (const [name, range] of this.#open) {
      if (range.from >= end) break;
      if (!this.#failed.has(name)) given.push(range);
    }
    if (there < given.length) await this.#add(given);
  }

  #tell(): void {
    const shards = this.#ranges.length;
    const status = { shards, done: shards - this.#open.size, failed: this.#failed.size };
    this.#options.onStatus?.(status);
    const { run } = this.#work.plan;
    this.#options.client.hset(keys.progress(run), status).catch(() => {});
  }

  #cancelled(): QueueError {
    return new QueueError(
      'QUEUE_RUN_CANCELLED',
      `Cannot go on with run ${JSON.stringify(this.#work.plan.run)}: it was cancelled; run it again, and it goes on`,
    );
  }

  #setApart(): QueueError {
    const [[name, reason] = ['', '']] = this.#failed;
    const others = this.#failed.size - 1;
    const more = others === 0 ? '' : ` (and ${others} more, see testbench queue status)`;
    return new QueueError(
      'QUEUE_SHARDS_FAILED',
      `Cannot finish run ${JSON.stringify(this.#work.plan.run)}: shard ${name} failed: ${reason}${more}; all others are done; run it again, and these are tried again`,
    );
  }

  /** Removes everything of the run from the queue, and its rows from the share. */
  async #clear(): Promise<void> {
    const { client, share } = this.#options;
    const { run } = this.#record;
    await forgetRun(client, run);
    await this.#queue.obliterate({ force: true }).catch(() => {});
    await share.removeResults(run);
  }
}

/** Removes everything that Redis holds for a run except its jobs. */
export async function forgetRun(client: Redis, run: string): Promise<void> {
  const rates = await client.smembers(keys.rates(run));
  await client.zrem(keys.runs, run);
  await client.del(
    keys.record(run),
    keys.state(run),
    keys.refusals(run),
    keys.spent(run),
    keys.holds(run),
    keys.rates(run),
    keys.progress(run),
    ...rates,
  );
}

/** Cuts the missing ranges at multiples of the size, so that a continued run asks for the same shards. */
function cut(missing: readonly RunRange[], size: number): RunRange[] {
  const ranges: RunRange[] = [];
  for (const { from, to } of missing) {
    for (let at = from; at < to;) {
      const end = Math.min(to, (Math.floor(at / size) + 1) * size);
      ranges.push({ from: at, to: end });
      at = end;
    }
  }
  return ranges;
}
