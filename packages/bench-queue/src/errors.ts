import { PluginError } from '@testbench/types/errors';

/** Why an operation of the queue failed. */
export type QueueErrorCode =
  /** The address of the queue is wrong. */
  | 'QUEUE_URL_INVALID'
  /** Redis cannot be reached, or denies access to this process. */
  | 'QUEUE_UNREACHABLE'
  /** A job, or another message that came through Redis or the share, is not valid. */
  | 'QUEUE_MESSAGE_INVALID'
  /** The queue does not have this run. */
  | 'QUEUE_RUN_UNKNOWN'
  /** The run was cancelled. */
  | 'QUEUE_RUN_CANCELLED'
  /** Shards failed in every attempt and were set aside; all others are done. */
  | 'QUEUE_SHARDS_FAILED'
  /** A worker has a different version of the metering or the contract, or computes a different plan for the run. */
  | 'QUEUE_VERSION'
  /** The worker's own policy does not admit a plugin, or does not grant the permissions that the run requests for it. */
  | 'QUEUE_NOT_GRANTED'
  /** A file that the run needs is neither in the share nor at a permitted data source. */
  | 'QUEUE_FILE_MISSING'
  /** A file does not match its digest. */
  | 'QUEUE_FILE_DAMAGED'
  /** A run of this kind cannot be handed out. */
  | 'QUEUE_UNSUPPORTED';

/** An operation of the queue failed. */
export class QueueError extends PluginError<QueueErrorCode> {
  override get name(): 'QueueError' {
    return 'QueueError';
  }
}
