import type { ShardRunner } from '@testbench/bench/shards';
import { PluginError } from '@testbench/types/errors';
import { type Job, UnrecoverableError } from 'bullmq';

import { QueueError } from './errors.js';
import { checkJob, readJob } from './job.js';
import { MAX_DENIAL_CHARACTERS, MAX_DENIALS, MAX_RESULT_BYTES } from './limits.js';
import { shardName, type ShardOutcome } from './message.js';
import type { RunRecord } from './run-record.js';
import type { Share } from './share.js';

/** Shards that a worker ran. */
export interface ShardCount {
  shards: number;
  failed: number;
}

/** What runs a shard, and where its rows go. */
export interface ShardJobOptions {
  readonly runner: ShardRunner;
  readonly share: Share;
  /** Name of the worker. */
  readonly worker: string;
  readonly count: ShardCount;
  /** Ends the shard; none of its rows are kept. */
  readonly signal: AbortSignal;
}

/**
 * Makes the rows of a shard, and puts them into the share.
 *
 * @throws {Error} With a code in its message; an `UnrecoverableError` if the job must not be retried.
 */
export async function runShardJob(
  job: Job,
  record: RunRecord,
  { runner, share, worker, count, signal }: ShardJobOptions,
): Promise<ShardOutcome> {
  try {
    const work = readJob(job.data);
    checkJob(work, record);
    const name = shardName(work);
    if (job.id !== name) {
      throw new QueueError(
        'QUEUE_MESSAGE_INVALID',
        `Cannot run a job: it is called ${JSON.stringify(String(job.id).slice(0, 100))}, and is of records ${name}`,
      );
    }
    let rows = 0;
    let text = '';
    const { from, to, traceparent } = work;
    const facts = await runner.run({
      from,
      to,
      traceparent,
      signal,
      write: (row) => {
        text += `${row}\n`;
        rows += 1;
        if (text.length > MAX_RESULT_BYTES) {
          throw new QueueError(
            'QUEUE_UNSUPPORTED',
            `Cannot keep the rows of records ${name}: they have more than ${MAX_RESULT_BYTES} bytes; cut smaller shards`,
          );
        }
      },
    });
    const bytes = Buffer.from(text);
    const file = await share.putResult({ run: record.run, shard: name }, bytes);
    count.shards += 1;
    const { startedAt, durationMs, timeMs, denials } = facts;
    return {
      ...file,
      rows,
      worker,
      startedAt,
      durationMs,
      timeMs,
      denials: denials.slice(0, MAX_DENIALS).map(({ id, message }) => ({
        id,
        message: message.slice(0, MAX_DENIAL_CHARACTERS),
      })),
    };
  } catch (error) {
    count.failed += 1;
    const state = PluginError.is(error) ? `${error.code}: ${error.message}` : String(error);
    if (isFinal(error)) throw new UnrecoverableError(state);
    throw new Error(state, { cause: error });
  }
}

/** Whether an error cannot be fixed by another attempt. */
function isFinal(error: unknown): boolean {
  if (!PluginError.is(error)) return false;
  return (
    ['QUEUE_MESSAGE_INVALID', 'QUEUE_UNSUPPORTED', 'BENCH_BUDGET_SPENT'].includes(error.code) ||
    error.code === 'BENCH_CALL_FAILED'
  );
}
