import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { loadPolicy, type PluginPolicy } from '@testbench/core';
import { makeFolder } from '@testbench/core/files';
import { type CallsConfig, parseBenchmarkConfig } from '@testbench/bench';
import { type RunHooks, type ShardRunner, withShardRunner } from '@testbench/bench/shards';
import { REWRITE_VERSION } from '@testbench/metering';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';
import { type Job, UnrecoverableError } from 'bullmq';
import type { Redis } from 'ioredis';

import { QueueError } from './errors.js';
import { fileFetcher } from './fetch-file.js';
import { hexOf } from './folder-share.js';
import { checkJob, readJob } from './job.js';
import {
  MAX_CONCURRENCY,
  MAX_DENIAL_CHARACTERS,
  MAX_DENIALS,
  MAX_RESULT_BYTES,
  WATCH_MS,
  WORKER_TTL_MS,
} from './limits.js';
import { readDigest, readTags, shardName, type ShardOutcome } from './message.js';
import { connectQueue, type QueueAddress } from './redis-url.js';
import { readSource } from './run-document.js';
import {
  findRun,
  keys,
  QUEUE_PREFIX,
  type RunRecord,
  stateOf,
  versionProblem,
} from './run-record.js';
import { ShardService } from './serve-shards.js';
import { createSharedGate } from './shared-gate.js';
import { readShare, type Share } from './share.js';
import { readDocumentFile, type UnpackedRun, unpackRun } from './unpack-run.js';
import { type WorkerIsolation, WorkerSystem } from './worker-system.js';

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

const REQUIRED = ['address', 'share', 'workDir', 'signal'] as const;
const OPTIONS: OptionReaders<QueueWorkerOptions> = {
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

/** What a worker did. */
export interface WorkerReport {
  readonly shards: number;
  readonly failed: number;
}

/**
 * Works on the runs of a queue, oldest first, until its signal fires.
 *
 * Runs of another version, and runs that ask for more than the worker's policy grants, are refused: it takes none of their shards, and records the reason,
 * which `queueStatus` shows.
 *
 * @throws {QueueError} `QUEUE_UNREACHABLE`, `QUEUE_URL_INVALID`.
 * @throws {ConfigError} For an unknown key or a wrong value among the options, or in the policy.
 */
export async function runWorker(given: QueueWorkerOptions): Promise<WorkerReport> {
  const options = readOptions<QueueWorkerOptions>(given, OPTIONS, '', REQUIRED);
  const { concurrency = 1 } = options;
  const policy = options.policy === undefined ? {} : await loadPolicy(options.policy);
  makeFolder(options.workDir);
  const client = await connectQueue(options.address, options.onNotice);
  try {
    return await new RunningWorker(client, options, policy, concurrency).work();
  } finally {
    client.disconnect();
  }
}

class RunningWorker {
  readonly #id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  readonly #client: Redis;
  readonly #options: QueueWorkerOptions;
  readonly #policy: PluginPolicy;
  readonly #concurrency: number;
  /** Runs that it refuses until they are announced again. */
  readonly #refused = new Map<string, number>();
  #run: string | undefined;
  #shards = 0;
  #failed = 0;

  constructor(
    client: Redis,
    options: QueueWorkerOptions,
    policy: PluginPolicy,
    concurrency: number,
  ) {
    this.#client = client;
    this.#options = options;
    this.#policy = policy;
    this.#concurrency = concurrency;
  }

  async work(): Promise<WorkerReport> {
    const { signal } = this.#options;
    const beat = setInterval(() => void this.#beat(), WORKER_TTL_MS / 3);
    await this.#beat();
    try {
      while (!signal.aborted) {
        const record = await this.#nextRun();
        if (record === undefined) {
          await setTimeout(WATCH_MS, undefined, { signal }).catch(() => {});
          continue;
        }
        this.#run = record.run;
        try {
          await this.#attach(record);
        } catch (error) {
          await this.#refuse(record, error);
        }
        this.#run = undefined;
      }
    } finally {
      clearInterval(beat);
      // Not awaited if the queue is unreachable: the worker's status expires anyway.
      const leave = this.#client
        .multi()
        .zrem(keys.workers, this.#id)
        .del(keys.worker(this.#id))
        .exec();
      await Promise.race([leave.catch(() => {}), setTimeout(WATCH_MS)]);
    }
    return { shards: this.#shards, failed: this.#failed };
  }

  /** Announces that the worker is alive. */
  async #beat(): Promise<void> {
    const about = {
      id: this.#id,
      run: this.#run ?? null,
      shards: this.#shards,
      failed: this.#failed,
      concurrency: this.#concurrency,
      rewrite: REWRITE_VERSION,
    };
    await this.#client
      .multi()
      .zadd(keys.workers, Date.now(), this.#id)
      .set(keys.worker(this.#id), JSON.stringify(about), 'PX', WORKER_TTL_MS)
      .exec()
      .catch(() => {});
  }

  /** The oldest run that the worker can serve and that has work. */
  async #nextRun(): Promise<RunRecord | undefined> {
    for (const run of await this.#client.zrange(keys.runs, 0, -1)) {
      let record: RunRecord;
      try {
        record = await findRun(this.#client, run);
      } catch {
        continue;
      }
      if (this.#refused.get(run) === record.begunAt) continue;
      if (!record.tags.every((tag) => this.#options.tags?.includes(tag) === true)) continue;
      const problem = record.run === run ? versionProblem(record) : 'it is called by another name';
      if (problem !== undefined) {
        await this.#refuse(
          record,
          new QueueError('QUEUE_VERSION', `Cannot run shards: ${problem}`),
        );
        continue;
      }
      if ((await stateOf(this.#client, run)) !== 'running') continue;
      const queue = `${QUEUE_PREFIX}:${run}`;
      const [waiting, active, delayed] = await Promise.all([
        this.#client.llen(`${queue}:wait`),
        this.#client.llen(`${queue}:active`),
        this.#client.zcard(`${queue}:delayed`),
      ]);
      // A dead worker may have left a job that is still active.
      if (waiting + active + delayed > 0) return record;
    }
    return undefined;
  }

  async #refuse({ run, begunAt }: RunRecord, error: unknown): Promise<void> {
    if (this.#options.signal.aborted) return;
    const state = PluginError.is(error) ? `${error.code}: ${error.message}` : String(error);
    this.#refused.set(run, begunAt);
    this.#options.onNotice?.(`run ${run} is refused: ${state}`);
    await this.#client.hset(keys.refusals(run), this.#id, state.slice(0, 500)).catch(() => {});
  }

  /** Works on one run until it is finished, paused or cancelled, or the worker is drained. */
  async #attach(record: RunRecord): Promise<void> {
    const { share, workDir, isolation = 'process', hooks, onNotice } = this.#options;
    const { run } = record;
    // A run's name was checked when it was read: it is not a path.
    const folder = join(workDir, run);
    makeFolder(folder);
    const { config, attachments } = await this.#fetchRun(record, folder);
    await using system = new WorkerSystem(isolation, this.#policy, this.#concurrency);
    const parsed = parseBenchmarkConfig(config);
    const rates = new Map<string, CallsConfig>(
      parsed.providers.map(({ calls }, at) => [`providers[${at}].models`, calls]),
    );
    for (const [at, { calls }] of parsed.evaluators.entries()) {
      if (calls !== undefined) rates.set(`evaluators[${at}]`, calls);
    }
    const { user } = parsed.conversation ?? {};
    if (user?.calls !== undefined) rates.set('conversation.user', user.calls);
    const callGate = createSharedGate(this.#client, run, this.#id, {
      budgets: parsed.budgets,
      rates,
    });
    const withCache =
      share.cacheDir === undefined ? config : { ...config, cacheDir: share.cacheDir };
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
        await this.#serve(record, runner);
      },
    );
  }

  async #fetchRun({ document, plan }: RunRecord, folder: string): Promise<UnpackedRun> {
    const { share, sources = [], plugins, signal } = this.#options;
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

  async #serve(record: RunRecord, runner: ShardRunner): Promise<void> {
    const { run } = record;
    const { address, signal } = this.#options;
    const stop = new AbortController();
    const broken = new AbortController();
    // Blocking commands need a separate connection.
    const connection = await connectQueue(address);
    let idleSince: number | undefined;
    try {
      const shards = await ShardService.begin({
        run,
        address,
        connection,
        concurrency: this.#concurrency,
        runJob: async (job) => await this.#runJob(job, record, runner, stop.signal),
        onFailed: (error) => {
          this.#options.onNotice?.(`shards in progress may be run twice: ${error.message}`);
          broken.abort();
        },
        signal,
      });
      while (!broken.signal.aborted) {
        await setTimeout(WATCH_MS, undefined, { signal }).catch(() => {});
        if (signal.aborted) break;
        const state = await stateOf(this.#client, run).catch(() => 'running' as const);
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

  /** @throws UnrecoverableError: the job is not retried. */
  async #runJob(
    job: Job,
    record: RunRecord,
    runner: ShardRunner,
    signal: AbortSignal,
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
      const file = await this.#options.share.putResult({ run: record.run, shard: name }, bytes);
      this.#shards += 1;
      const { startedAt, durationMs, timeMs, denials } = facts;
      return {
        ...file,
        rows,
        worker: this.#id,
        startedAt,
        durationMs,
        timeMs,
        denials: denials.slice(0, MAX_DENIALS).map(({ id, message }) => ({
          id,
          message: message.slice(0, MAX_DENIAL_CHARACTERS),
        })),
      };
    } catch (error) {
      this.#failed += 1;
      const state = PluginError.is(error) ? `${error.code}: ${error.message}` : String(error);
      if (isFinal(error)) throw new UnrecoverableError(state);
      throw new Error(state, { cause: error });
    }
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
