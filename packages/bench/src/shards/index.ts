/**
 * Parts of a run: cut by hand and merged, or handed out to processes and machines.
 *
 * @packageDocumentation
 */
export type {
  ArrivedAttachments,
  AttachedContent,
  AttachedPath,
  AttachmentState,
  CarriedAttachments,
} from '../attachments/carried-attachments.js';
export type { RangeExecutor, RangeRows, RangeWork } from '../run/range-executor.js';
export type { RunEvent, RunEventPlace, RunHooks } from '../run/run-hooks.js';
export { mergeShards, type MergeShardsOptions } from './merge-shards.js';
export { readShardRun, type ShardRun } from './read-shard-run.js';
export { type Shard, shardRange } from './shard.js';
export type { ShardFacts } from './shard-document.js';
export {
  type ShardRunner,
  type ShardRunnerOptions,
  type ShardWork,
  withShardRunner,
} from './shard-runner.js';
