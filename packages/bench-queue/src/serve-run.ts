import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { type CallsConfig, parseBenchmarkConfig } from '@testbench/bench';
import { type ShardRunner, withShardRunner } from '@testbench/bench/shards';
import type { PluginPolicy } from '@testbench/core';
import { makeFolder } from '@testbench/core/files';
import type { Redis } from 'ioredis';

import { QueueError } from './errors.js';
import { fileFetcher } from './fetch-file.js';
import { hexOf } from './folder-share.js';
import { WATCH_MS, WORKER_TTL_MS } from './limits.js';
import { connectQueue } from './redis-url.js';
import { type RunRecord, stateOf } from './run-record.js';
import { runShardJob, type ShardCount } from './run-shard-job.js';
import { ShardService } from './serve-shards.js';
import { createSharedGate } from './shared-gate.js';
import { readDocumentFile, type UnpackedRun, unpackRun } from './unpack-run.js';
import type { QueueWorkerOptions } from './worker-options.js';
import { WorkerSystem } from './worker-system.js';

/** The worker that works on a run. */
export interface ServingWorker {
  readonly options: QueueWorkerOptions;
  readonly id: string;
  readonly client: Redis;
  readonly policy: PluginPolicy;
  readonly concurrency: number;
  readonly count: ShardCount;
}

/** Works on one run until it is finished, paused or cancelled, or the worker is drained. */
export async function serveRun(record: RunRecord, worker: ServingWorker): Promise<void> {
  const { options, client, id, policy, concurrency } = worker;
  const { share, workDir, isolation = 'process', hooks, onNotice } = options;
  const { run } = record;
  // A run's name was checked when it was read: it is not a path.
  const folder = join(workDir, run);
  makeFolder(folder);
  const { config, attachments } = await fetchRun(record, folder, options);
  await using system = new WorkerSystem(isolation, policy, concurrency);
  const parsed = parseBenchmarkConfig(config);
  const rates = new Map<string, CallsConfig>(
    parsed.providers.map(({ calls }, at) => [`providers[${at}].models`, calls]),
  );
  for (const [at, { calls }] of parsed.evaluators.entries()) {
    if (calls !== undefined) rates.set(`evaluators[${at}]`, calls);
  }
  const { user } = parsed.conversation ?? {};
  if (user?.calls !== undefined) rates.set('conversation.user', user.calls);
  const callGate = createSharedGate(client, run, id, {
    budgets: parsed.budgets,
    rates,
  });
  const withCache = share.cacheDir === undefined ? config : { ...config, cacheDir: share.cacheDir };
  await withShardRunner(
    withCache,
    {
      system,
      callGate,
      begunAt: record.begunAt,
      ...(attachments && { attachments }),
      ...(hooks && { hooks }),
      ...(onNotice && { onNotice }),
    },
    async (runner) => {
      if (runner.plan.digest !== record.plan) {
        throw new QueueError(
          'QUEUE_VERSION',
          `Cannot run shards: this worker makes the plan ${runner.plan.digest} of the run, and it has ${record.plan}`,
        );
      }
      await serveShards(record, runner, worker);
    },
  );
}

async function fetchRun(
  { document, plan }: RunRecord,
  folder: string,
  { share, sources = [], plugins, signal }: QueueWorkerOptions,
): Promise<UnpackedRun> {
  const policy = {
    share,
    granted: sources,
    plugins: plugins === undefined ? undefined : new Set(plugins),
  };
  const file = join(folder, `${hexOf(document.digest)}.json`);
  if (!(await share.fetch(document, file, signal))) {
    throw new QueueError(
      'QUEUE_FILE_MISSING',
      `Cannot fetch the document ${document.digest} of the run: the share does not have it`,
    );
  }
  const found = await readDocumentFile(file);
  if (found.plan !== plan) {
    throw new QueueError(
      'QUEUE_MESSAGE_INVALID',
      `Cannot run shards: the document is of plan ${found.plan}, and the run has ${plan}`,
    );
  }
  return await unpackRun(found, folder, fileFetcher(policy, found.sources, signal));
}

async function serveShards(
  record: RunRecord,
  runner: ShardRunner,
  { options, client, id, concurrency, count }: ServingWorker,
): Promise<void> {
  const { run } = record;
  const { address, share, signal, onNotice } = options;
  const stop = new AbortController();
  const broken = new AbortController();
  // Blocking commands need a separate connection.
  const connection = await connectQueue(address);
  const how = { runner, share, worker: id, count, signal: stop.signal };
  let idleSince: number | undefined;
  try {
    const shards = await ShardService.begin({
      run,
      address,
      connection,
      concurrency,
      runJob: async (job) => await runShardJob(job, record, how),
      onFailed: (error) => {
        onNotice?.(`shards in progress may be run twice: ${error.message}`);
        broken.abort();
      },
      signal,
    });
    while (!broken.signal.aborted) {
      await setTimeout(WATCH_MS, undefined, { signal }).catch(() => {});
      if (signal.aborted) break;
      const state = await stateOf(client, run).catch(() => 'running' as const);
      if (state !== 'running') {
        // Nothing of a cancelled run is worth finishing.
        if (state !== 'paused') stop.abort();
        break;
      }
      // Idle, while another run may be waiting.
      idleSince = shards.running === 0 ? (idleSince ?? Date.now()) : undefined;
      if (idleSince !== undefined && Date.now() - idleSince > 3 * WORKER_TTL_MS) break;
    }
    await shards.close();
  } finally {
    connection.disconnect();
  }
}
