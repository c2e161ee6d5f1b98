/*
 * One process of `queue.ts`: threads alone, a coordinator or a worker. It says where it is by messages, and waits for one before it ends, so that its
 * processor time can be read.
 */
import { runPlan, type BenchmarkConfig } from '@testbench/bench';
import type { RunHooks } from '@testbench/bench/shards';
import {
  connectQueue,
  createQueueExecutor,
  openFolderShare,
  runWorker,
} from '@testbench/bench-queue';

/** What the process is to do. */
export type QueueTask =
  | {
      readonly kind: 'threads';
      readonly config: BenchmarkConfig;
      readonly mark: number;
      /** The part of the plan that it runs. @default all of it */
      readonly shard: { readonly index: number; readonly of: number } | undefined;
    }
  | {
      readonly kind: 'coordinator';
      readonly config: BenchmarkConfig;
      readonly mark: number;
      readonly url: string;
      readonly share: string;
      readonly shardRecords: number;
    }
  | {
      readonly kind: 'worker';
      readonly url: string;
      readonly share: string;
      readonly workDir: string;
      readonly hasHooks: boolean;
    };

const task = JSON.parse(process.argv[2]!) as QueueTask;
const tell = (what: 'ready' | 'mark' | 'end' | readonly number[]): void => void process.send!(what);
const told = new Promise<void>((resolve) => void process.once('message', () => resolve()));

/** Observers that do nothing: what it costs to have some. */
const hooks: RunHooks = { onEvent() {} };

if (task.kind === 'worker') {
  const { url, workDir, hasHooks } = task;
  const share = openFolderShare(task.share);
  /** Processor time of this process at the end of each of its shards, in seconds. */
  const times: number[] = [];
  const drain = new AbortController();
  void told.then(() => drain.abort());
  tell('ready');
  await runWorker({
    address: { url },
    share: {
      ...share,
      async putResult(place, bytes) {
        const file = await share.putResult(place, bytes);
        const { user, system } = process.cpuUsage();
        times.push((user + system) / 1e6);
        return file;
      },
    },
    workDir,
    isolation: 'thread',
    signal: drain.signal,
    ...(hasHooks ? { hooks } : {}),
  });
  tell(times);
} else {
  let isMarked = false;
  const onProgress = ({ fraction }: { readonly fraction: number }): void => {
    if (isMarked || fraction < task.mark) return;
    isMarked = true;
    tell('mark');
  };
  tell('ready');
  if (task.kind === 'threads') {
    const { config, shard } = task;
    await runPlan(config, { onProgress, ...(shard && { shard }) });
  } else {
    const client = await connectQueue({ url: task.url });
    const executor = createQueueExecutor({
      client,
      share: openFolderShare(task.share),
      shardRecords: task.shardRecords,
    });
    await runPlan(task.config, { executor, onProgress });
    client.disconnect();
  }
  tell('end');
  await told;
}
process.disconnect!();
