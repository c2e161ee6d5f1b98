import { withoutUndefined } from '../config/without-undefined.js';
import type { DatasetFacts } from '../dataset/dataset.js';
import type { Plan, PlannedPlugin } from '../plan/plan.js';
import type { BenchmarkSummary, PluginSummary } from '../results/benchmark-summary.js';
import { FailureGroups } from '../results/failure-groups.js';
import type { ResultRow } from '../results/result-row.js';
import { isFailed, ScoreBoard } from '../results/score-board.js';
import { UsageBoard } from '../results/usage-board.js';
import { systemNames } from '../run/run-cases.js';
import type { ImportedRun } from './imported-run.js';

/** Adds up the rows of an imported run. */
export class SummaryTally {
  readonly #source: ImportedRun;
  readonly #plan: Plan;
  readonly #facts: DatasetFacts;
  readonly #startedAt = new Date();
  readonly #board: ScoreBoard;
  readonly #failures = new FailureGroups();
  readonly #usage = new UsageBoard();
  #records = 0;
  #cases = 0;
  #failed = 0;

  constructor(source: ImportedRun, plan: Plan, facts: DatasetFacts) {
    this.#source = source;
    this.#plan = plan;
    this.#facts = facts;
    const { config, content } = plan;
    this.#board = new ScoreBoard({
      systems: systemNames(config),
      evaluators: content.evaluators.map(({ as }) => ({ name: as })),
      reducer: config.epochs.reducer,
      onError: config.onError,
    });
  }

  /** Adds the rows of one record. */
  add(rows: readonly ResultRow[]): void {
    this.#records += 1;
    this.#board.add(rows);
    for (const row of rows) {
      this.#failures.add(row);
      this.#usage.add(row);
      this.#cases += 1;
      if (isFailed(row)) this.#failed += 1;
    }
  }

  /** @param run Folder of the run. */
  summary(run: string): BenchmarkSummary {
    const { config, content, digest } = this.#plan;
    const { provider, model } = this.#source;
    return withoutUndefined({
      formatVersion: 2 as const,
      name: content.name,
      description: config.description,
      plan: digest,
      dataset: {
        path: config.dataset.path!,
        format: this.#facts.formats.join(', '),
        digest: this.#facts.digest,
        offset: 0,
      },
      records: this.#records,
      cases: this.#cases,
      failedCases: this.#failed,
      prompts: content.prompts.map(({ name }) => name),
      providers: [provider],
      models: [model],
      evaluators: content.evaluators.map(({ as }) => as),
      epochs: content.epochs,
      onError: content.onError,
      scores: this.#board.summaries(),
      systems: this.#board.systems(),
      failures: this.#failures.groups(),
      plugins: this.#plugins(),
      run,
      measured: {
        startedAt: this.#startedAt.toISOString(),
        durationMs: Date.now() - this.#startedAt.getTime(),
        paid: this.#usage.paid,
        timeMs: {},
        resumedRecords: 0,
        repeatedCalls: 0,
      },
    });
  }

  #plugins(): PluginSummary[] {
    const { providers, evaluators } = this.#plan.content;
    return [
      ...providers.map((plugin, index) => uncalled('provider', `providers[${index}]`, plugin)),
      ...evaluators.map((plugin) => uncalled('evaluator', plugin.as, plugin)),
    ];
  }
}

/** A plugin that was never called here. */
function uncalled(
  type: PluginSummary['type'],
  stage: string,
  { name, version, digest }: PlannedPlugin,
): PluginSummary {
  return { stage, type, name, version, digest, calls: 0, failedCalls: 0, fuelUsed: 0 };
}
