/**
 * Hands the shards of a benchmark to workers on other machines, through BullMQ and Redis.
 *
 * It is a separate package because a single machine needs no server, and should not install a client for one.
 *
 * @packageDocumentation
 */
export { PluginError } from '@testbench/types/errors';
export { QueueError, type QueueErrorCode } from './errors.js';
export { openFolderShare } from './folder-share.js';
export { checkJob, readJob, type ShardJob } from './job.js';
export { type FileReference, shardName } from './message.js';
export {
  cancelRun,
  continueRun,
  pauseRun,
  type QueuedRun,
  queueStatus,
  type QueueStatus,
  type WorkerStatus,
} from './queue-control.js';
export type { ExecutorStatus, QueueExecutorOptions } from './executor-options.js';
export { createQueueExecutor } from './queue-executor.js';
export { runWorker, type WorkerReport } from './queue-worker.js';
export { connectQueue, type QueueAddress, shownAddress } from './redis-url.js';
export type { RunState } from './run-record.js';
export type { ResultPlace, Share } from './share.js';
export { openStoreShare } from './store-share.js';
export type { QueueWorkerOptions } from './worker-options.js';
export type { WorkerIsolation } from './worker-system.js';
