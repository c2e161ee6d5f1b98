import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { OnError } from '../config/benchmark-config.js';
import { type ClusterBy, type Clusters, clustersAt, clustersOf } from './clusters.js';
import { corpusScores } from './corpus-scores.js';
import { estimateMean, type EstimateOptions, intervalLabel } from './estimate-mean.js';
import { groupsOf } from './groups.js';
import { LabelColumns } from './label-columns.js';
import { type Metric, metricsOf } from './metric-list.js';
import {
  clusterNote,
  groupsNote,
  incompleteNote,
  recordEvaluatorsNote,
  selfJudgedNote,
  sampleNote,
} from './notes.js';
import type { NumberColumn } from './number-column.js';
import {
  type GroupScore,
  type MetricSummary,
  RUN_SUMMARY_VERSION,
  type RunSummary,
} from './run-summary.js';
import { CLUSTER_COLUMN } from './cluster-column.js';
import {
  type MetricColumn,
  readScoreTable,
  type ScoredRun,
  type ScoreTable,
  systemKey,
} from './score-table.js';
import type { RecordColumns } from './record-columns.js';
import { scoreSignature, type SignatureParts } from './score-signature.js';
import { UsageColumns } from './usage-columns.js';

/** Maximum number of names of records' own evaluators that are kept for the note. */
const MAX_OWN_NAMES = 64;

/** How a run is summarised. */
export interface SummaryOptions {
  /** Confidence level of intervals. @default 0.95 */
  readonly confidence?: number;
  /** `auto`: Wilson's for scores of 0 and 1, Student's t for others, clustered where there are clusters. @default 'auto' */
  readonly interval?: 'auto' | 'bootstrap';
  /** Number of bootstrap resamples. @default 2000 */
  readonly resamples?: number;
  /** Seed of a bootstrap: the same seed gives the same interval on every machine. @default 0 */
  readonly seed?: number;
  /**
   * What defines the clusters of records: `group`; the name of a column that the rows keep; `none`; or `auto`: the column `cluster` if there is
   * one, or else the groups if there are at least 10.
   *
   * @default 'auto'
   */
  readonly clusters?: ClusterBy;
  /** Whether a case without a score is left out of the mean or counts as 0. @default as the plan says */
  readonly onError?: OnError;
  /** Columns with human labels, by the evaluator to compare them with; the rows must keep these columns. @default none */
  readonly labels?: Readonly<Record<string, string>>;
}

const OPTIONS: OptionReaders<SummaryOptions> = {
  confidence: (node) => node.number(0.5, 0.999_999),
  interval: (node) => node.oneOf(['auto', 'bootstrap']),
  resamples: (node) => node.wholeNumber(100, 1_000_000),
  seed: (node) => node.wholeNumber(0),
  clusters: (node) => node.text(),
  onError: (node) => node.oneOf(['missing', 'wrong']),
  labels: (node) => {
    const given = Object.entries(node.object());
    for (const [, column] of given) if (typeof column !== 'string') node.reject('names of columns');
    return Object.fromEntries(given) as Record<string, string>;
  },
};

/**
 * Summarises a stored run: every mean with its interval and how it was computed, by group, with latency, tokens and cost. The rows are read once, and
 * a few numbers per row are kept.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 * @throws {ConfigError} An option is wrong.
 *
 * @example
 * ```ts
 * import { summariseRun } from '@testbench/bench/statistics';
 *
 * const plan = {
 *   name: 'sums',
 *   dataset: { digest: 'sha256:0', records: 2 },
 *   prompts: [{ name: 'p' }],
 *   providers: [{ as: 'o', models: [{ name: 'm', parameters: {} }] }],
 *   evaluators: [{ as: 'exact', version: '1.0.0', digest: 'sha256:0', config: {}, weight: 1 }],
 *   epochs: { count: 1, reducer: 'mean' },
 *   onError: 'missing',
 * } as never;
 * async function* rows() {
 *   const row = { prompt: 'p', provider: 'o', model: 'm', epoch: 1 };
 *   yield { ...row, index: 0, scores: { exact: 1 } };
 *   yield { ...row, index: 1, scores: { exact: 0 } };
 * }
 * const run = { path: '/runs/sums', run: 'sums', digest: 'sha256:1', plan, records: 2 };
 * const { systems } = await summariseRun({ ...run, isComplete: true, rows });
 * const { mean, interval, signature } = systems[0]!.metrics[0]!;
 * mean; // => 0.5
 * interval?.method; // => 'wilson'
 * signature; // => 'exact|v:1.0.0|sha256:0|n:2|err:missing|ci:wilson'
 * ```
 */
export async function summariseRun(run: ScoredRun, given?: SummaryOptions): Promise<RunSummary> {
  const options = readOptions<SummaryOptions>(given, OPTIONS);
  const { confidence = 0.95, interval: method = 'auto', clusters: by = 'auto', labels } = options;
  const estimate: EstimateOptions = { ...options, confidence, method };
  const usage = new Map<number, { columns: UsageColumns; labels: readonly LabelColumns[] }>();
  const column = by === 'auto' || by === 'none' || by === 'group' ? CLUSTER_COLUMN : by;
  let names: ReadonlySet<string> | undefined;
  const ownNames = new Set<string>();
  const table = await readScoreTable(run, {
    clusterColumn: column,
    ...(options.onError === undefined ? {} : { onError: options.onError }),
    onRow(row, system) {
      names ??= new Set(run.plan.evaluators.map(({ as }) => as));
      for (const name of Object.keys(row.scores)) {
        if (!names.has(name) && ownNames.size < MAX_OWN_NAMES) ownNames.add(name);
      }
      const { columns, labels: pairs } = of(system);
      columns.add(row);
      for (const each of pairs) each.add(row);
    },
  });
  const clusters = clustersOf(table.records, by, column);
  const planned = metricsOf(run.plan);
  const corpus = corpusScores(run, planned);
  const metricOf = (name: string): Metric | undefined =>
    planned.find(({ kind, metric }) => kind === 'evaluator' && metric === name);
  const systems = table.systems.map(({ name, metrics }, place) => {
    const found = of(place);
    return {
      ...name,
      ...found.columns.report(),
      metrics: metrics.map((each) => summariseMetric(each, table, clusters, options, estimate)),
      corpus: corpus.get(systemKey(name)) ?? [],
      agreement: found.labels.map((each) => each.summary(metricOf(each.evaluator), confidence)),
    };
  });
  return {
    type: 'run-summary',
    schemaVersion: RUN_SUMMARY_VERSION,
    run: table.facts,
    confidence,
    systems,
    selfJudged: [
      ...new Set(systems.flatMap(({ selfJudged }) => selfJudged.map(({ evaluator }) => evaluator))),
    ],
    notes: [
      ...incompleteNote(table.facts),
      ...sampleNote(run.plan.dataset),
      ...clusterNote(by, clusters, table.records.count),
      ...groupsNote(table.records.groups.pool.size),
      ...selfJudgedNote(systems),
      ...recordEvaluatorsNote(ownNames),
    ],
  };

  function of(system: number): { columns: UsageColumns; labels: readonly LabelColumns[] } {
    let found = usage.get(system);
    if (found === undefined) {
      const pairs = Object.entries(labels ?? {});
      found = {
        columns: new UsageColumns(),
        labels: pairs.map(([evaluator, name]) => new LabelColumns(evaluator, name)),
      };
      usage.set(system, found);
    }
    return found;
  }
}

/** The signature of a metric's number, from the parts that differ between its numbers. */
type SignatureOf = (parts: Pick<SignatureParts, 'n' | 'group' | 'interval'>) => string;

function summariseMetric(
  column: MetricColumn,
  { records, facts }: ScoreTable,
  clusters: Clusters | undefined,
  { onError = facts.onError }: SummaryOptions,
  estimate: EstimateOptions,
): MetricSummary {
  const { metric, kind, values, threshold, weight, version, digest, config } = column;
  const { present, among } = selectPresent(values, clusters);
  const { n, scale, mean, standardDeviation, interval } = estimateMean(present, among, estimate);
  const label = intervalLabel(interval);
  const signatureOf: SignatureOf = (parts) =>
    scoreSignature({
      metric,
      ...(version === undefined ? {} : { version }),
      ...(digest === undefined ? {} : { digest }),
      ...(config === undefined ? {} : { config }),
      onError,
      epochs: facts.epochs,
      ...parts,
    });
  return {
    metric,
    kind,
    scale,
    n,
    mean,
    standardDeviation,
    interval,
    errors: column.errors,
    errorTreatment: onError,
    dropped: column.dropped,
    epochDeviation:
      column.deviations.count === 0 ? null : column.deviations.total / column.deviations.count,
    threshold:
      threshold === undefined ? null : reachedThreshold(present, threshold, among, estimate),
    ...(weight === undefined ? {} : { weight }),
    groups: groupScores(values, records, estimate, signatureOf),
    signature: signatureOf({ n, ...(label === undefined ? {} : { interval: label }) }),
  };
}

/** The values that are present, and their clusters. */
function selectPresent(
  values: NumberColumn,
  clusters: Clusters | undefined,
): { readonly present: readonly number[]; readonly among: Clusters | undefined } {
  const present = values.present();
  if (clusters === undefined || present.length === values.length) {
    return { present, among: clusters };
  }
  const places = new Uint32Array(present.length);
  let count = 0;
  for (let place = 0; place < values.length; place += 1) {
    if (!Number.isNaN(values.at(place))) places[count++] = place;
  }
  return { present, among: clustersAt(clusters, places) };
}

function reachedThreshold(
  present: readonly number[],
  value: number,
  clusters: Clusters | undefined,
  options: EstimateOptions,
): MetricSummary['threshold'] {
  const passes = present.map((score) => Number(score >= value));
  const { n, mean, interval } = estimateMean(passes, clusters, options);
  return { value, n, reached: passes.filter(Boolean).length, rate: mean, interval };
}

/** Within a group records count as independent. */
function groupScores(
  values: NumberColumn,
  { groups }: Pick<RecordColumns, 'groups'>,
  options: EstimateOptions,
  signatureOf: SignatureOf,
): GroupScore[] {
  return groupsOf(groups).map(({ group, positions }) => {
    const present = positions
      .map((place) => values.at(place))
      .filter((value) => !Number.isNaN(value));
    const { n, mean, interval } = estimateMean(present, undefined, options);
    const label = intervalLabel(interval);
    const how = label === undefined ? {} : { interval: label };
    return { group, n, mean, interval, signature: signatureOf({ group, n, ...how }) };
  });
}
