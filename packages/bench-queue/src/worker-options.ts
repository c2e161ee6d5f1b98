import type { RunHooks } from '@testbench/bench/shards';
import type { OptionReaders } from '@testbench/types/config';

import { MAX_CONCURRENCY } from './limits.js';
import { readDigest, readTags } from './message.js';
import type { QueueAddress } from './redis-url.js';
import { readSource } from './run-document.js';
import { readShare, type Share } from './share.js';
import type { WorkerIsolation } from './worker-system.js';

/** How a worker works, and what it admits. A run cannot override any of it. */
export interface QueueWorkerOptions {
  readonly address: QueueAddress;
  readonly share: Share;
  /** Folder for plugins and data, used only by this worker. */
  readonly workDir: string;
  /** Shards run concurrently. @default 1 */
  readonly concurrency?: number;
  /** Where guests run. @default 'process', since anyone who can reach the queue can name a plugin */
  readonly isolation?: WorkerIsolation;
  /** Labels of the worker: runs that require other labels are ignored. @default none */
  readonly tags?: readonly string[];
  /** A policy file: the grants of plugins, by name and digest. @default no grants */
  readonly policy?: string;
  /** Digests of the plugins that may run. @default any, with no more permissions than the policy grants */
  readonly plugins?: readonly string[];
  /** Base addresses that data may be fetched from. @default none: only the share */
  readonly sources?: readonly string[];
  /** Observe the worker, such as for telemetry. */
  readonly hooks?: RunHooks;
  /** Called with notices for people. */
  readonly onNotice?: (message: string) => void;
  /** Drains the worker: shards in progress are finished, no others are started, and `runWorker` ends. */
  readonly signal: AbortSignal;
}

export const REQUIRED_OF_WORKERS = ['address', 'share', 'workDir', 'signal'] as const;
/** Reads the options. */
export const WORKER_OPTIONS: OptionReaders<QueueWorkerOptions> = {
  address: (node) => node.object() as unknown as QueueAddress,
  share: readShare,
  workDir: (node) => node.text(),
  concurrency: (node) => node.wholeNumber(1, MAX_CONCURRENCY),
  isolation: (node) => node.oneOf(['thread', 'process']),
  tags: readTags,
  policy: (node) => node.text(),
  plugins: (node) => node.list().map(readDigest),
  sources: (node) => node.list().map(readSource),
  hooks: (node) => node.implementation<RunHooks>('onEvent'),
  onNotice: (node) => node.callback(),
  signal: (node) => node.signal(),
};
