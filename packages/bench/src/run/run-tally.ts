import type { RunRange } from '@testbench/types/stores';

import type { SetScore } from '../aggregate/set-scores.js';
import { withoutUndefined } from '../config/without-undefined.js';
import { selfJudgedEvaluators } from '../judging/self-judging.js';
import type { BenchmarkSummary } from '../results/benchmark-summary.js';
import { DropBoard } from '../results/drop-board.js';
import { type FailureGroup, FailureGroups } from '../results/failure-groups.js';
import { failureHints } from '../results/failure-hints.js';
import type { ResultRow } from '../results/result-row.js';
import { isFailed, ScoreBoard } from '../results/score-board.js';
import { UsageBoard } from '../results/usage-board.js';
import type { PaidStages } from './paid-stages.js';
import type { PreparedRun } from './prepare-run.js';
import { systemNames } from './run-cases.js';
import type { RunOptions } from './run-options.js';
import type { ShardFactsSum } from '../shards/shard-facts.js';
import { pluginSummaries } from './plugin-summaries.js';
import { SetTally } from './set-tally.js';

/** Which records are added up, and what other processes know about them. */
export interface TallyPlace {
  readonly range: RunRange;
  /** Of the shards that the rows come from, as far as other processes made them. */
  readonly facts: Pick<ShardFactsSum, 'measured'>;
}

/** A plugin and its place. */
interface StageAt {
  readonly id: string;
  readonly path: string;
}

/** Adds up the rows of a run as they arrive, and reports progress. */
export class RunTally {
  readonly #run: PreparedRun;
  readonly #options: RunOptions;
  readonly #paid: PaidStages;
  readonly #startedAt = new Date();
  readonly #board: ScoreBoard;
  readonly #drops = new DropBoard();
  readonly #failures = new FailureGroups();
  readonly #usage = new UsageBoard();
  readonly #sets: SetTally;
  readonly #place: TallyPlace;
  #records = 0;
  #earlierRecords = 0;
  #cases = 0;
  #failed = 0;

  constructor(run: PreparedRun, options: RunOptions, paid: PaidStages, place: TallyPlace) {
    this.#place = place;
    const { config } = run;
    this.#sets = new SetTally(run.pipeline.evaluators);
    this.#run = run;
    this.#options = options;
    this.#paid = paid;
    this.#board = new ScoreBoard({
      systems: systemNames(config),
      evaluators: config.evaluators,
      reducer: config.epochs.reducer,
      onError: config.onError,
    });
  }

  /** Adds the rows of one record. @returns undefined unless a row callback is asynchronous. */
  add(rows: readonly ResultRow[], isEarlier: boolean): Promise<void> | undefined {
    const { onRow } = this.#options;
    this.#board.add(rows);
    this.#sets.add(rows);
    for (const row of rows) {
      this.#drops.add(row);
      this.#failures.add(row);
      this.#usage.add(row);
      this.#cases += 1;
      if (isFailed(row)) this.#failed += 1;
    }
    if (onRow !== undefined) return this.#tellRows(rows, isEarlier, onRow);
    this.#end(isEarlier);
    return undefined;
  }

  async #tellRows(
    rows: readonly ResultRow[],
    isEarlier: boolean,
    onRow: NonNullable<RunOptions['onRow']>,
  ): Promise<void> {
    for (const row of rows) await onRow(row);
    this.#end(isEarlier);
  }

  /** True if rows were made by this process, or by others for it. */
  get hasMade(): boolean {
    const { measured } = this.#place.facts;
    return this.#earlierRecords < this.#records || Object.keys(measured).length > 0;
  }

  /** The number of rows, and the number of rows that lack a score. */
  get counts(): { readonly rows: number; readonly failedRows: number } {
    return { rows: this.#cases, failedRows: this.#failed };
  }

  #end(isEarlier: boolean): void {
    this.#records += 1;
    if (isEarlier) this.#earlierRecords += 1;
    this.tell();
  }

  /** Reports the progress of the run. */
  tell(): void {
    const { onProgress } = this.#options;
    if (onProgress === undefined) return;
    const { from, to } = this.#place.range;
    const count = Math.max(1, to - from);
    onProgress({
      records: this.#records,
      earlierRecords: this.#earlierRecords,
      totalRecords: to - from,
      fraction: this.#records / count,
      failedRows: this.#failed,
      inFlight: this.#paid.inFlight,
      cost: this.#paid.cost,
    });
  }

  /** Scores of sets by evaluators of sums; undefined if there is none. @throws {BenchError} `BENCH_CANCELLED`. */
  async scoreSets(): Promise<SetScore[] | undefined> {
    const found = await this.#sets.scores(this.#options.signal);
    const { keptSets = [] } = this.#run;
    return keptSets.length === 0 ? found : [...keptSets, ...(found ?? [])];
  }

  /**
   * @param path Folder of the run, if there is one.
   * @param sets The result of `scoreSets`.
   */
  summary(path: string | undefined, sets: readonly SetScore[] | undefined): BenchmarkSummary {
    const { config, plan, pipeline, dataset } = this.#run;
    const { providers, prompts, evaluators, epochs, onError } = config;
    const models = providers.flatMap((provider) => provider.models.map(({ name }) => name));
    const selfJudged = selfJudgedEvaluators(config);
    return withoutUndefined({
      formatVersion: 2 as const,
      name: config.name,
      description: config.description,
      plan: plan.digest,
      dataset: withoutUndefined({
        path: config.dataset.path,
        format: dataset.formats.join(', '),
        digest: dataset.digest,
        sample: config.dataset.sample,
        shuffle: config.dataset.shuffle,
        offset: config.dataset.offset,
        limit: config.dataset.limit,
      }),
      records: this.#records,
      cases: this.#cases,
      failedCases: this.#failed,
      prompts: prompts.map(({ name }) => name),
      providers: providers.map(({ name }) => name),
      models: [...new Set(models)],
      evaluators: evaluators.map(({ name }) => name),
      selfJudged: selfJudged.length === 0 ? undefined : selfJudged,
      epochs,
      onError,
      scores: this.#board.summaries(),
      systems: this.#board.systems(),
      sets,
      failures: this.#failures.groups(
        failureHints(this.#run.denials.denials, (group) => this.#stageOf(group)),
      ),
      dropped: pipeline.filters.length === 0 ? undefined : this.#drops.counts(),
      plugins: pluginSummaries(pipeline, this.#usage),
      run: path,
      measured: {
        startedAt: this.#startedAt.toISOString(),
        durationMs: Date.now() - this.#startedAt.getTime(),
        paid: this.#usage.paid,
        timeMs: Object.fromEntries(pipeline.stages.map(({ name, timeMs }) => [name, timeMs])),
        peakMemoryBytes: Object.fromEntries(
          pipeline.stages.map(({ name, peakMemoryBytes }) => [name, peakMemoryBytes]),
        ),
        resumedRecords: this.#earlierRecords,
        repeatedCalls: this.#paid.interrupted,
        ...this.#place.facts.measured,
      },
    });
  }

  #stageOf({ stage, first }: Pick<FailureGroup, 'stage' | 'first'>): StageAt | undefined {
    const { providers, stages, evaluators } = this.#run.pipeline;
    if (stage === 'provider') {
      const found = providers.find(({ config }) => config.name === first.provider);
      return found && { id: found.stage.id, path: found.stage.name };
    }
    const evaluator = evaluators.find(({ config }) => config.name === stage);
    if (evaluator !== undefined) return { id: evaluator.stage.id, path: evaluator.path };
    const other = stages.find(({ name }) => name === stage);
    return other && { id: other.id, path: other.name };
  }
}
