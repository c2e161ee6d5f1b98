import type { RunRange } from '@testbench/types/stores';

import { MAX_JOB_BYTES, MAX_SHARD_RECORDS } from './limits.js';
import { readDigest, readMessage, readRunName, readTraceparent } from './message.js';
import { QueueError } from './errors.js';

/** A shard as sent to a worker: only references. The worker itself decides where files are and what plugins may do. */
export interface ShardJob extends RunRange {
  readonly v: 1;
  /** Name of the run. */
  readonly run: string;
  /** `sha256:` and the hex digest of its plan. */
  readonly plan: string;
  /** Trace context of the run, in the format of the W3C `traceparent` header. */
  readonly traceparent?: string;
}

/**
 * Reads the data of a job: anyone who can reach Redis may have sent it.
 *
 * @throws {QueueError} `QUEUE_MESSAGE_INVALID`: it is too large, or has an unknown key, a wrong value, or a range that is empty or too large.
 */
export function readJob(data: unknown): ShardJob {
  const job = readMessage<ShardJob>(
    'a job',
    data,
    MAX_JOB_BYTES,
    {
      v: (node) => node.wholeNumber(1, 1) as 1,
      run: readRunName,
      plan: readDigest,
      from: (node) => node.wholeNumber(0),
      to: (node) => node.wholeNumber(1),
      traceparent: readTraceparent,
    },
    ['v', 'run', 'plan', 'from', 'to'],
  );
  if (job.to > job.from && job.to - job.from <= MAX_SHARD_RECORDS) return job;
  throw new QueueError(
    'QUEUE_MESSAGE_INVALID',
    `Cannot read a job: records ${job.from} to ${job.to} are none, or more than ${MAX_SHARD_RECORDS}`,
  );
}

/**
 * Checks that a job belongs to the run that the worker serves.
 *
 * @throws {QueueError} `QUEUE_MESSAGE_INVALID`.
 */
export function checkJob(
  job: ShardJob,
  run: { readonly run: string; readonly plan: string; readonly records: number },
): void {
  const state =
    job.run !== run.run
      ? `it is of run ${JSON.stringify(job.run)}, in the queue of ${JSON.stringify(run.run)}`
      : job.plan !== run.plan
        ? `it is of plan ${job.plan}, and the run has ${run.plan}`
        : job.to > run.records
          ? `it ends at record ${job.to}, and the run has ${run.records}`
          : undefined;
  if (state === undefined) return;
  throw new QueueError('QUEUE_MESSAGE_INVALID', `Cannot run a job: ${state}`);
}
