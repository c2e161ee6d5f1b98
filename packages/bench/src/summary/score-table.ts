import { ownValue } from '../own-value.js';
import type { OnError } from '../config/benchmark-config.js';
import type { StoredRun } from '../results/read-run.js';
import { type EpochReducer, epochReducer } from '../results/reduce-epochs.js';
import type { ResultRow } from '../results/result-row.js';
import { isFailed, type SystemName } from '../results/score-board.js';
import { meanInterval } from '@testbench/statistics';
import { checkPlan, type Metric, metricsOf, systemsOf } from './metric-list.js';
import { checkRow, damagedRun } from '../results/check-row.js';
import { CLUSTER_COLUMN } from './cluster-column.js';
import { clusterName } from './clusters.js';
import { NumberColumn } from './number-column.js';
import { type RecordColumns, RecordList } from './record-columns.js';
import type { RunFacts } from './run-summary.js';

/** A run to compute statistics from, as returned by `readRun`. */
export interface ScoredRun extends Pick<
  StoredRun,
  'path' | 'run' | 'digest' | 'plan' | 'records' | 'isComplete' | 'rows'
> {
  /** The run's summary, if it was finished: the source of the scores of whole sets. It is validated. */
  readonly summary?: unknown;
}

/** One metric of one system: one number per record. */
export interface MetricColumn extends Metric {
  /** The epochs of a record are reduced to one number; NaN for a missing one. */
  readonly values: NumberColumn;
  /** Number and sum of the standard deviations among epochs. */
  readonly deviations: { count: number; total: number };
  errors: number;
  dropped: number;
}

/** The columns of one prompt, provider and model. */
export interface SystemColumns {
  readonly name: SystemName;
  readonly metrics: readonly MetricColumn[];
}

/** The scores of a run by record, the basis of every statistic. Takes eight bytes per score, and some twenty per record plus its id. */
export interface ScoreTable {
  readonly facts: RunFacts;
  readonly records: RecordColumns;
  readonly systems: readonly SystemColumns[];
}

/** How a table is read. */
export interface TableOptions {
  /** @default that of the plan */
  readonly onError?: OnError;
  /** Column whose values name clusters. @default `cluster` */
  readonly clusterColumn?: string;
  /** Called with every row, after validation, and with the places of its system and record in the table. */
  readonly onRow?: (row: ResultRow, system: number, record: number) => void;
}

/** Facts of a run, for any output about it. */
function runFacts({ run, digest, plan, records, isComplete }: ScoredRun): RunFacts {
  return {
    run,
    name: plan.name,
    plan: digest,
    dataset: { digest: plan.dataset.digest, records: plan.dataset.records },
    records,
    isComplete,
    epochs: { count: plan.epochs.count, reducer: plan.epochs.reducer },
    onError: plan.onError,
  };
}

/**
 * Reads the scores of a run, record by record.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 */
export async function readScoreTable(
  run: ScoredRun,
  options: TableOptions = {},
): Promise<ScoreTable> {
  checkPlan(run);
  const reader = new TableReader(run, options);
  let record: ResultRow[] = [];
  for await (const found of run.rows()) {
    const row = checkRow(found, run.path);
    if (record.length > 0 && record[0]!.index !== row.index) {
      reader.add(record);
      record = [];
    }
    record.push(row);
  }
  if (record.length > 0) reader.add(record);
  return reader.table();
}

class TableReader {
  readonly #run: ScoredRun;
  readonly #options: TableOptions;
  readonly #onError: OnError;
  readonly #systems: readonly SystemColumns[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #reducers: readonly EpochReducer[];
  readonly #records: RecordList;

  constructor(run: ScoredRun, options: TableOptions) {
    const { plan } = run;
    this.#records = new RecordList(plan.dataset.fields?.id !== undefined);
    this.#run = run;
    this.#options = options;
    this.#onError = options.onError ?? plan.onError;
    const metrics = metricsOf(plan);
    this.#systems = systemsOf(plan).map((name) => ({
      name,
      metrics: metrics.map((metric) => ({
        ...metric,
        values: new NumberColumn(),
        deviations: { count: 0, total: 0 },
        errors: 0,
        dropped: 0,
      })),
    }));
    this.#places = new Map(this.#systems.map(({ name }, place) => [systemKey(name), place]));
    this.#reducers = metrics.map(({ threshold }) => epochReducer(plan.epochs.reducer, threshold));
  }

  /** Adds all rows of one record. */
  add(rows: readonly ResultRow[]): void {
    const { index, id, group, columns } = rows[0]!;
    const named = this.#options.clusterColumn ?? CLUSTER_COLUMN;
    const cluster = clusterName(ownValue(columns ?? {}, named));
    this.#records.add({ index, id, group, cluster });
    const bySystem = new Map<number, ResultRow[]>();
    for (const row of rows) {
      const place = this.#places.get(systemKey(row));
      if (place === undefined) {
        throw damagedRun(
          this.#run.path,
          `a row of record ${index} has a model that its plan does not have`,
        );
      }
      this.#options.onRow?.(row, place, this.#records.count - 1);
      const epochs = bySystem.get(place);
      if (epochs === undefined) bySystem.set(place, [row]);
      else epochs.push(row);
    }
    for (const [place, epochs] of bySystem) {
      for (const [position, column] of this.#systems[place]!.metrics.entries()) {
        this.#addTo(column, epochs, this.#reducers[position]!);
      }
    }
    for (const { metrics } of this.#systems) {
      for (const { values } of metrics) values.padTo(this.#records.count);
    }
  }

  table(): ScoreTable {
    const twice = this.#records.firstTwice();
    if (twice !== undefined) throw damagedRun(this.#run.path, `record ${twice} occurs twice`);
    return { facts: runFacts(this.#run), records: this.#records, systems: this.#systems };
  }

  #addTo(column: MetricColumn, rows: readonly ResultRow[], reduce: EpochReducer): void {
    const scores: number[] = [];
    for (const row of rows) {
      const hasFailed =
        row.failure !== undefined ||
        (column.kind === 'evaluator'
          ? ownValue(row.errors ?? {}, column.metric) !== undefined
          : isFailed(row));
      if (hasFailed) column.errors += 1;
      if (hasFailed && this.#onError === 'missing') continue;
      const score = scoreOf(row, column) ?? (hasFailed ? 0 : undefined);
      // Rows that a filter dropped do not count; an evaluator that only another record names has no score here.
      if (row.dropped !== undefined) column.dropped += 1;
      else if (score !== undefined) scores.push(score);
    }
    const isOne = rows.length === 1;
    if (scores.length > 0) column.values.add(isOne ? scores[0]! : reduce(scores));
    else column.values.add(Number.NaN);
    if (scores.length < 2) return;
    column.deviations.count += 1;
    column.deviations.total += meanInterval(scores).sd!;
  }
}

function scoreOf(row: ResultRow, { metric, kind }: Metric): number | undefined {
  if (kind === 'evaluator') return ownValue(row.scores, metric);
  if (kind === 'weighted') return row.score;
  return row.passed === undefined ? undefined : Number(row.passed);
}

/** Unique per system, regardless of the characters in its names. */
export function systemKey({ prompt, provider, model }: SystemName): string {
  return JSON.stringify([prompt, provider, model]);
}
