import type { RangeExecutor } from '@testbench/bench/shards';
import { readOptions } from '@testbench/types/config';
import { Queue } from 'bullmq';

import { Coordinator } from './coordinator.js';
import { EXECUTOR_OPTIONS, type QueueExecutorOptions } from './executor-options.js';
import { SHARD_RECORDS } from './limits.js';
import { publishRun } from './publish-run.js';
import { QUEUE_PREFIX } from './run-record.js';

/**
 * Lets workers of a queue make the shards of a run: `executor` of `RunOptions`. It may be killed at any moment: run again, it collects the work
 * done in the meantime and continues.
 *
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 */
export function createQueueExecutor(given: QueueExecutorOptions): RangeExecutor {
  const options = readOptions<QueueExecutorOptions>(given, EXECUTOR_OPTIONS, '', [
    'client',
    'share',
  ]);
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
