import { setTimeout } from 'node:timers/promises';

import { BenchError } from '@testbench/bench';
import type { RangeRows, RangeWork, ShardFacts } from '@testbench/bench/shards';
import type { RunRange } from '@testbench/types/stores';
import type { Job, Queue } from 'bullmq';

import { QueueError } from './errors.js';
import type { QueueExecutorOptions } from './executor-options.js';
import type { ShardJob } from './job.js';
import { joinShards, type ShardText } from './join-shards.js';
import {
  ATTEMPTS,
  BACKOFF_MS,
  MAX_POLL_MS,
  POLL_JOBS,
  POLL_MS,
  POLLS_A_RUN,
  WINDOW_JOBS,
} from './limits.js';
import { parseShardName, readOutcome, shardName } from './message.js';
import { announceRun, forgetRun } from './publish-run.js';
import { keys, type RunRecord, stateOf } from './run-record.js';
import { ShardList } from './shard-list.js';

/** How often the coordinator checks that the queue still has its jobs, in polls. */
const CHECK_LOOKS = 10;

/** A shard whose rows have come. */
interface TakenShard extends ShardText {
  readonly job: Job;
  readonly facts: ShardFacts;
}

/** Gives the shards of a run to a queue, and collects their rows. */
export class Coordinator {
  readonly #queue: Queue;
  readonly #options: QueueExecutorOptions;
  readonly #work: RangeWork;
  readonly #record: RunRecord;
  readonly #shards: ShardList;
  readonly #begun = performance.now();
  /** Fires when there is nothing left to wait for. */
  readonly #ended = new AbortController();

  constructor(queue: Queue, options: QueueExecutorOptions, work: RangeWork, record: RunRecord) {
    this.#queue = queue;
    this.#options = options;
    this.#work = work;
    this.#record = record;
    this.#shards = new ShardList(work.missing, record.shardRecords);
  }

  /** All rows, as they arrive. @throws {QueueError} `QUEUE_RUN_CANCELLED`, `QUEUE_SHARDS_FAILED`. */
  async *rows(): AsyncGenerator<RangeRows> {
    const { signal, plan } = this.#work;
    const { client } = this.#options;
    await this.#forgetFailed();
    for (let look = 0; ; look += 1) {
      await this.#enqueue();
      const { isAll, ranges } = await this.#collect();
      for (const rows of ranges) yield rows;
      this.#tell();
      if (this.#shards.isDone) break;
      if (signal?.aborted === true) return;
      if ((await stateOf(client, plan.run)) === 'cancelled') throw cancelled(plan.run);
      if (look % CHECK_LOOKS === CHECK_LOOKS - 1) await this.#check();
      if (isAll || ranges.length === 0) await this.#rest();
    }
    const { failures, status } = this.#shards;
    await client.hset(keys.progress(plan.run), { done: status.shards - failures.size });
    if (failures.size > 0) throw setApart(plan.run, failures);
    await this.#clear();
  }

  /** Keeps a window of shards in the queue: a million of them would take 2 GB of Redis. */
  async #enqueue(): Promise<void> {
    const { windowJobs = WINDOW_JOBS } = this.#options;
    const ranges = this.#shards.next(windowJobs);
    if (ranges.length === 0) return;
    await this.#add(ranges);
    this.#shards.given(ranges.length);
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

  /** Waits for more shards: longer in long runs, where several at once cost less than one by one. */
  async #rest(): Promise<void> {
    const ms = (performance.now() - this.#begun) / POLLS_A_RUN;
    const { signal } = this.#work;
    await setTimeout(Math.min(Math.max(ms, POLL_MS), MAX_POLL_MS), undefined, {
      signal: AbortSignal.any([this.#ended.signal, ...(signal === undefined ? [] : [signal])]),
    }).catch(() => {});
  }

  /** Rows that have come in the meantime; all of them, unless there are too many at once. */
  async #collect(): Promise<{ readonly isAll: boolean; readonly ranges: readonly RangeRows[] }> {
    const found: TakenShard[] = [];
    // Only names: a poll would otherwise fetch each job that is being written, too. The oldest come first.
    const last = this.#shards.underWay + POLL_JOBS - 1;
    const names = await this.#queue.getRanges(['completed'], 0, last, true);
    for (const name of names) {
      if (this.#shards.isUnderWay(name)) continue;
      const job = (await this.#queue.getJob(name)) as Job | undefined;
      const shard = job === undefined ? undefined : await this.#take(job);
      if (shard !== undefined) found.push(shard);
    }
    await this.#findFailed();
    const groups = joinShards(found, ({ name }) => this.#shards.wasRefused(name));
    const ranges = groups.map((shards) => ({
      from: shards[0]!.from,
      to: shards.at(-1)!.to,
      rows: shards.flatMap(({ text }) => text.split('\n').slice(0, -1)),
      facts: shards.map(({ facts }) => facts),
      settle: async (refusal?: unknown) => {
        await Promise.all(
          shards.map(async ({ job, name }) => await this.#settle(job, name, refusal)),
        );
      },
    }));
    return { isAll: names.length <= last, ranges };
  }

  /** Sets shards aside that failed in all attempts. @throws {BenchError} `BENCH_BUDGET_SPENT`. */
  async #findFailed(): Promise<void> {
    let isNew = true;
    // The newest come first.
    for (let at = 0; isNew; at += POLL_JOBS) {
      const names = await this.#queue.getRanges(['failed'], at, at + POLL_JOBS - 1);
      isNew = false;
      for (const name of names) {
        if (!this.#shards.isAwaited(name)) continue;
        const job = (await this.#queue.getJob(name)) as Job | undefined;
        if (job === undefined) continue;
        const { failedReason = 'no reason is given' } = job as { failedReason?: string };
        const reason = failedReason.slice(0, 500);
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
    if (range === undefined || !this.#shards.isOpen(name)) {
      // A job of an earlier process, whose rows already exist, or a job of unknown origin.
      await job.remove().catch(() => {});
      return undefined;
    }
    const { plan } = this.#work;
    try {
      const outcome = readOutcome(job.returnvalue);
      const place = { run: plan.run, shard: name };
      const bytes = await this.#options.share.readResult(place, outcome);
      const { buffer, byteOffset, length } = bytes;
      const text = Buffer.from(buffer, byteOffset, length).toString('utf8');
      this.#shards.take(name);
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
    if (refusal !== undefined) return await this.#again(job, name, refusal);
    this.#shards.complete(name);
    // Only now that the rows are on disk: if this process is killed before, the next coordinator finds the job.
    await job.remove().catch(() => {});
    if (this.#shards.isDone) this.#ended.abort();
  }

  async #again(job: Job, name: string, refusal: unknown): Promise<void> {
    const range = this.#shards.refuse(name);
    await job.remove().catch(() => {});
    if (range === undefined) {
      this.#setAside(name, refusal instanceof Error ? refusal.message : 'its rows were refused');
    } else await this.#add([range]);
  }

  #setAside(name: string, reason: string): void {
    this.#shards.setAside(name, reason);
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
      await announceRun(client, this.#record);
    }
    const counts = await this.#queue.getJobCounts();
    const there = Object.values(counts).reduce((sum, count) => sum + count, 0);
    const given = this.#shards.inQueue();
    if (there < given.length) await this.#add(given);
  }

  #tell(): void {
    const { status } = this.#shards;
    this.#options.onStatus?.(status);
    const { run } = this.#work.plan;
    this.#options.client.hset(keys.progress(run), { ...status }).catch(() => {});
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

function cancelled(run: string): QueueError {
  return new QueueError(
    'QUEUE_RUN_CANCELLED',
    `Cannot go on with run ${JSON.stringify(run)}: it was cancelled; run it again, and it goes on`,
  );
}

function setApart(run: string, failures: ReadonlyMap<string, string>): QueueError {
  const [[name, reason] = ['', '']] = failures;
  const others = failures.size - 1;
  const more = others === 0 ? '' : ` (and ${others} more, see testbench queue status)`;
  return new QueueError(
    'QUEUE_SHARDS_FAILED',
    `Cannot finish run ${JSON.stringify(run)}: shard ${name} failed: ${reason}${more}; all others are done; run it again, and these are tried again`,
  );
}
