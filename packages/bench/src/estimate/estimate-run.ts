import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readOptions } from '@testbench/types/config';
import type { RunSegment } from '@testbench/types/stores';

import { Budget } from '../calls/budget.js';
import { greatestCost } from '../calls/greatest-cost.js';
import { PriceTable } from '../calls/price-table.js';
import type { BenchmarkConfig } from '../config/benchmark-config.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { PositionedSample } from '../dataset/dataset.js';
import type { ResultRow } from '../results/result-row.js';
import { parseRow } from '../results/check-row.js';
import { createFolderRuns } from '../results/store/folder-runs.js';
import { EarlierRows } from '../run/earlier-rows.js';
import { evaluateRecord } from '../run/evaluate-record.js';
import { openCache, pricesOf } from '../run/paid-stages.js';
import { type PreparedRun, withPreparedRun } from '../run/prepare-run.js';
import { caseKey, runCases } from '../run/run-cases.js';
import { findFailed, newestOther } from '../run/run-folder.js';
import { RUN_OPTIONS, type RunOptions } from '../run/run-options.js';
import type { Stage } from '../run/stage.js';
import { CallTally } from './call-tally.js';
import { DryCalls } from './dry-calls.js';
import { summarizeEstimate } from './estimate-notes.js';
import { SAMPLE_CASES, USAGE_ROWS } from './limits.js';
import type { RunEstimate } from './run-estimate.js';
import { pendingPositions, type Stretch } from './pending-positions.js';

/** Options for estimating a run. */
export interface EstimateOptions extends RunOptions {
  /** Number of records examined, evenly spread over the remaining ones. @default as many as give 1,000 cases */
  readonly sampleRecords?: number;
}

/**
 * Estimates what running a configuration would do: the number of calls by provider, model and evaluator, how many of them are stored or in the
 * cache, and the tokens and money that the others are expected to take. No paid call is made, and nothing is written; the data set is read and
 * checked, and plugins that do not wait for a network are run over the sample.
 *
 * For evaluators that ask a model, the input is known where the answer is known; elsewhere it is estimated from the record.
 *
 * @param config A configuration as returned by `parseBenchmarkConfig`; relative paths start at the working directory.
 * @throws {ConfigError} Like `runPlan`, and also for a model without a price if the budget limits money.
 * @throws {LoadError} A plugin does not load.
 * @throws {BenchError} The data set, a prompt or the existing run cannot be read or is invalid.
 */
export async function estimateRun(
  config: BenchmarkConfig,
  given?: EstimateOptions,
): Promise<RunEstimate> {
  const { sampleRecords, ...options } = readOptions<EstimateOptions>(given, {
    ...RUN_OPTIONS,
    sampleRecords: (node) => node.wholeNumber(1),
  });
  return await withPreparedRun(parseBenchmarkConfig(config), options, async (run) => {
    return await new RunEstimator(run, options).estimate(sampleRecords);
  });
}

class RunEstimator {
  readonly #run: PreparedRun;
  readonly #options: RunOptions;
  readonly #tallies = new Map<string, CallTally>();
  readonly #casesOfRecord: number;

  constructor(run: PreparedRun, options: RunOptions) {
    this.#run = run;
    this.#options = options;
    this.#casesOfRecord = runCases(run.pipeline, run.config.epochs.count).length;
    this.#addTallies();
  }

  async estimate(sampleRecords?: number): Promise<RunEstimate> {
    const { plan, dataset, config } = this.#run;
    const kept = await this.#keptSegments();
    const pending = pendingPositions(kept, dataset.count);
    const stored = dataset.count - pending.count;
    this.#addStored(stored);
    const wanted = sampleRecords ?? Math.max(1, Math.ceil(SAMPLE_CASES / this.#casesOfRecord));
    const sampled = this.#isPaid ? Math.min(pending.count, wanted) : 0;
    await this.#lookAt(pending.spread(sampled), pending.stretches);
    const counts = {
      records: dataset.count,
      storedRecords: stored,
      cases: dataset.count * this.#casesOfRecord,
      sampledRecords: sampled,
      isWhole: sampled === pending.count || !this.#isPaid,
    };
    const calls = [...this.#tallies.values()].map((tally) => tally.estimate());
    return {
      plan: plan.digest,
      run: plan.run,
      ...counts,
      calls,
      ...summarizeEstimate(calls, counts, config),
    };
  }

  get #isPaid(): boolean {
    return this.#run.pipeline.stages.some((stage) => stage.waits);
  }

  /** One line for each model of a provider, and for each evaluator. */
  #addTallies(): void {
    const { config, pipeline, dataset } = this.#run;
    const budget = new Budget(config.budgets);
    const planned = dataset.count * config.prompts.length * config.epochs.count;
    for (const [index, { stage, config: use }] of pipeline.providers.entries()) {
      const path = `providers[${index}].models`;
      const prices = new PriceTable(pricesOf(use.models), path);
      for (const { name: model, parameters } of use.models) {
        if (stage.waits) greatestCost(budget, prices, { model, input: parameters }, path);
        const of = { kind: 'provider', name: use.name, model, isPaid: stage.waits } as const;
        this.#tallies.set(tallyKey(stage, model), new CallTally({ ...of, prices, planned }));
      }
    }
    for (const { stage, config: use, path } of pipeline.evaluators) {
      const model = stage.config['model'];
      const of = { kind: 'evaluator', name: use.name, isPaid: stage.waits } as const;
      const prices = new PriceTable(use.prices ?? {}, `${path}.prices`);
      const named = stage.waits && typeof model === 'string' ? { ...of, model } : of;
      const all = dataset.count * this.#casesOfRecord;
      this.#tallies.set(tallyKey(stage, ''), new CallTally({ ...named, prices, planned: all }));
    }
  }

  /** Segments of the existing run that would stay; their rows show the usage of answers. */
  async #keptSegments(): Promise<readonly RunSegment[]> {
    const { config, plan } = this.#run;
    if (config.outputDir === undefined) return [];
    const reader = await createFolderRuns(config.outputDir).read(plan.run);
    if (reader === undefined) return [];
    const { segments: failed } = await findFailed(reader, plan.run);
    const again = new Set((this.#options.retryFailed ?? true) ? failed : []);
    let rows = 0;
    for (const segment of reader.segments) {
      if (rows >= USAGE_ROWS) break;
      for await (const text of reader.rows(segment)) {
        this.#addUsage(parseRow(text, plan.run));
        rows += 1;
      }
    }
    return reader.segments.filter((segment) => !again.has(segment));
  }

  #addStored(records: number): void {
    for (const tally of this.#tallies.values()) {
      tally.stored += (records * tally.of.planned) / Math.max(1, this.#run.dataset.count);
    }
  }

  #addUsage({ provider, model, usage, measured }: ResultRow): void {
    const { providers, evaluators } = this.#run.pipeline;
    const from = providers.find(({ config }) => config.name === provider);
    if (from !== undefined && usage !== undefined) {
      this.#tallies.get(tallyKey(from.stage, model))?.addUsage(usage);
    }
    for (const [name, judge] of Object.entries(measured?.judges ?? {})) {
      const by = evaluators.find(({ config }) => config.name === name);
      if (by === undefined || judge.usage === undefined) continue;
      this.#tallies.get(tallyKey(by.stage, ''))?.addUsage(judge.usage);
    }
  }

  /** Evaluates the sample without a paid call; for another run whose rows are taken over, all rows are counted. */
  async #lookAt(sample: readonly number[], pending: readonly Stretch[]): Promise<void> {
    const { config, dataset, plan } = this.#run;
    const other =
      config.outputDir === undefined ? undefined : await newestOther(plan, config.outputDir);
    await using earlier = other === undefined ? undefined : EarlierRows.open(other, plan);
    const dry = await this.#dryCalls();
    const chosen = new Set(sample);
    const stretches =
      earlier === undefined ? sample.map((from) => ({ from, to: from + 1 })) : pending;
    for (const stretch of joined(stretches)) {
      for await (const record of dataset.records(stretch)) {
        const known = (await earlier?.of(record)) ?? new Map<string, ResultRow>();
        this.#addKnown(known);
        if (chosen.has(record.position)) await this.#lookAtRecord(record, known, dry);
      }
    }
  }

  async #dryCalls(): Promise<DryCalls> {
    const { config, plan } = this.#run;
    const { cacheDir, outputDir = '' } = config;
    const path = join(outputDir, plan.run);
    const hasRun = await isThere(join(path, 'plan.json'));
    const hasCache = await isThere(cacheDir ?? join(outputDir, '.cache'));
    const cache = hasCache
      ? await openCache(config, hasRun ? path : undefined, this.#options.onNotice ?? (() => {}))
      : undefined;
    return new DryCalls(cache, (stage, model) => this.#tallyOf(stage, model));
  }

  #tallyOf(stage: Stage, model: string): CallTally | undefined {
    return this.#tallies.get(tallyKey(stage, model)) ?? this.#tallies.get(tallyKey(stage, ''));
  }

  #addKnown(known: ReadonlyMap<string, ResultRow>): void {
    for (const row of known.values()) {
      for (const tally of this.#tallies.values()) {
        const { kind, name, model } = tally.of;
        if (kind === 'provider' && (name !== row.provider || model !== row.model)) continue;
        tally.stored += 1;
      }
      this.#addUsage(row);
    }
  }

  async #lookAtRecord(
    record: PositionedSample,
    known: ReadonlyMap<string, ResultRow>,
    dry: DryCalls,
  ): Promise<void> {
    const { config, pipeline } = this.#run;
    const judges = pipeline.evaluators.filter(({ stage }) => stage.waits);
    const stop = new AbortController();
    let failure: { readonly error: unknown } | undefined;
    const rows = await evaluateRecord(
      record,
      {
        pipeline: { ...pipeline, evaluators: judges, filters: [], recordStages: undefined },
        cases: runCases(pipeline, config.epochs.count),
        evaluators: judges.map((judge) => judge.config),
        paid: dry,
        failFast: false,
        onError: config.onError,
        signal: this.#options.signal ?? stop.signal,
        fail: (error) => (failure ??= { error }),
      },
      known,
    );
    if (failure !== undefined) throw failure.error;
    for (const row of rows) {
      if (known.has(caseKey(row)) || !DryCalls.isNotMade(row.failure)) continue;
      const { input = row.messages, expected } = row;
      for (const { stage } of judges) {
        const data = stage.handed(withoutUndefined({ input, expected, record: record.row }));
        dry.addUnknown(stage, data as Readonly<Record<string, unknown>>);
      }
    }
  }
}

function tallyKey(stage: Stage, model: string): string {
  return JSON.stringify([stage.id, model]);
}

/** Merges adjacent positions into one stretch, so that they are read together. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
  const result: { from: number; to: number }[] = [];
  for (const { from, to } of stretches) {
    const last = result.at(-1);
    if (last?.to === from) last.to = to;
    else result.push({ from, to });
  }
  return result;
}

async function isThere(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
