import type { RunRange } from '@testbench/types/stores';

import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { OPEN_DATASET_OPTIONS, type OpenDatasetOptions } from '../dataset/open-dataset.js';
import type { Plan } from '../plan/plan.js';
import { isFailed } from '../results/score-board.js';
import { UsageBoard } from '../results/usage-board.js';
import { BatchEvaluator } from '../run/evaluate-batch.js';
import { evaluateRecord } from '../run/evaluate-record.js';
import { PaidStages } from '../run/paid-stages.js';
import { pluginSummaries, stageEnd } from '../run/plugin-summaries.js';
import { type PreparedRun, withPreparedRun } from '../run/prepare-run.js';
import type { RunEventPlace } from '../run/run-hooks.js';
import { runRecords } from '../run/run-loop.js';
import { RUN_OPTIONS, type RunOptions } from '../run/run-options.js';
import { factsOf } from './shard-facts.js';
import type { ShardFacts } from './shard-document.js';

/** Options of a process that runs parts of a plan. */
export interface ShardRunnerOptions
  extends
    Pick<OpenDatasetOptions, 'attachments'>,
    Pick<
      RunOptions,
      | 'readers'
      | 'compileScript'
      | 'findPlugin'
      | 'system'
      | 'store'
      | 'signal'
      | 'onNotice'
      | 'onLog'
      | 'callGate'
      | 'hooks'
    > {
  /** Start of the run, in milliseconds: if `cache` is `refresh`, answers refreshed since then count. @default now */
  readonly begunAt?: number;
}

const OPTIONS: OptionReaders<ShardRunnerOptions> = {
  readers: RUN_OPTIONS.readers,
  compileScript: RUN_OPTIONS.compileScript,
  findPlugin: RUN_OPTIONS.findPlugin,
  system: RUN_OPTIONS.system,
  store: RUN_OPTIONS.store,
  signal: RUN_OPTIONS.signal,
  onNotice: RUN_OPTIONS.onNotice,
  onLog: RUN_OPTIONS.onLog,
  callGate: RUN_OPTIONS.callGate,
  hooks: RUN_OPTIONS.hooks,
  attachments: OPEN_DATASET_OPTIONS.attachments,
  begunAt: (node) => node.wholeNumber(0),
};

/** One part to run. */
export interface ShardWork extends RunRange {
  /** Gets each row as a text without line feeds, in the order of records and cases. */
  readonly write: (row: string) => void;
  /** Ends the part within 2 s; none of its rows are kept. */
  readonly signal?: AbortSignal | undefined;
  /** Trace context of the process that handed it out. */
  readonly traceparent?: string | undefined;
}

/** Makes the rows of parts of one plan, in a process that keeps its plugins and its data set open. */
export interface ShardRunner {
  readonly plan: Plan;
  /**
   * Makes the rows of a range; several ranges may run concurrently. A range gives the same rows wherever it runs and regardless of what ran before.
   *
   * @throws {RangeError} The range is not within the plan.
   * @throws {BenchError} See its codes.
   */
  run(work: ShardWork): Promise<ShardFacts>;
}

/**
 * Opens data set and plugins of a configuration, to run parts of it; closes everything when `action` is done. Nothing is written except the cache
 * of paid answers.
 *
 * @throws {ConfigError} The configuration or an option is wrong.
 * @throws {LoadError} A plugin does not load.
 * @throws {BenchError} See its codes.
 */
export async function withShardRunner<T>(
  config: BenchmarkConfig,
  given: ShardRunnerOptions | undefined,
  action: (runner: ShardRunner) => Promise<T>,
): Promise<T> {
  const options = readOptions<ShardRunnerOptions>(given, OPTIONS);
  const { begunAt: freshFrom, callGate: gate, onNotice } = options;
  return await withPreparedRun(parseBenchmarkConfig(config), options, async (run) => {
    PaidStages.checkPrices(run);
    const paid = await PaidStages.open(run, { onNotice, gate, freshFrom });
    try {
      return await action({
        plan: run.plan,
        run: async (work) => await runShard(run, paid, work, options),
      });
    } finally {
      paid.close(true);
    }
  });
}

async function runShard(
  run: PreparedRun,
  paid: PaidStages,
  { from, to, write, signal, traceparent }: ShardWork,
  { hooks }: ShardRunnerOptions,
): Promise<ShardFacts> {
  if (!(from >= 0 && from < to && to <= run.dataset.count)) {
    throw new RangeError(
      `Cannot run records ${from} to ${to - 1}: the plan has ${run.dataset.count}`,
    );
  }
  const { plan, pipeline } = run;
  const place: RunEventPlace = {
    run: plan.run,
    plan: plan.digest,
    from,
    to,
    ...(traceparent === undefined ? {} : { traceparent }),
  };
  const startedAt = new Date();
  const timesBefore = pipeline.stages.map(({ timeMs }) => timeMs);
  const usage = hooks && new UsageBoard();
  let rows = 0;
  let failedRows = 0;
  let failure: unknown;
  hooks?.onEvent({ ...place, type: 'shard-start', timestampMs: startedAt.getTime() });
  try {
    const batches = BatchEvaluator.for(run, run.system);
    await runRecords({
      run,
      range: { from, to },
      writer: undefined,
      evaluate: async (sample) => async (how) => await evaluateRecord(sample, how),
      evaluateBatch: batches && ((samples, how) => batches.evaluate(samples, how)),
      paid,
      signal,
      onRecord: (made) => {
        for (const row of made) {
          write(JSON.stringify(row));
          usage?.add(row);
          rows += 1;
          if (isFailed(row)) failedRows += 1;
        }
        hooks?.onEvent({ ...place, type: 'record-end', rows: made, isEarlier: false });
        return undefined;
      },
    });
    const timeMs = Object.fromEntries(
      pipeline.stages.map((stage, at) => [stage.name, stage.timeMs - timesBefore[at]!]),
    );
    const facts = factsOf(startedAt, timeMs, 0, run.denials);
    for (const plugin of usage === undefined ? [] : pluginSummaries(pipeline, usage)) {
      hooks?.onEvent({ ...place, ...stageEnd(plugin, timeMs) });
    }
    return facts;
  } catch (error) {
    failure = error;
    throw error;
  } finally {
    hooks?.onEvent({
      ...place,
      type: 'shard-end',
      timestampMs: Date.now(),
      durationMs: Date.now() - startedAt.getTime(),
      rows,
      failedRows,
      ...(failure === undefined ? {} : { error: failure }),
    });
  }
}
