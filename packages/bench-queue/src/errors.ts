import { PluginError } from '@testbench/types/errors';

/** Why an operation of the queue failed. */
export type QueueErrorCode =
  /** The address of the queue is wrong. */
  | 'QUEUE_URL_INVALID'
  /** Redis cannot be reached, or does not let this process in. */
  | 'QUEUE_UNREACHABLE'
  /** A job, or what else came by way of Redis or the share, is not what ours send. */
  | 'QUEUE_MESSAGE_INVALID'
  /** The queue has no such run. */
  | 'QUEUE_RUN_UNKNOWN'
  /** The run was cancelled. */
  | 'QUEUE_RUN_CANCELLED'
  /** Shards failed in every attempt and were set apart; all others are done. */
  | 'QUEUE_SHARDS_FAILED'
  /** A worker has another version of the metering or the contract, or makes another plan of the run. */
  | 'QUEUE_VERSION'
  /** The worker's own policy does not admit a plugin, or does not grant what the run asks for it. */
  | 'QUEUE_NOT_GRANTED'
  /** What the run needs is not in the share, nor where its data may be taken from. */
  | 'QUEUE_FILE_MISSING'
  /** A file is not that of its digest. */
  | 'QUEUE_FILE_DAMAGED'
  /** A run of this kind cannot be handed out. */
  | 'QUEUE_UNSUPPORTED';

/** An operation of the queue failed. */
export class QueueError extends PluginError<QueueErrorCode> {
  override get name(): 'QueueError' {
    return 'QueueError';
  }
}
