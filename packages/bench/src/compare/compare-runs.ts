import { checkRow } from '../results/check-row.js';
import type { ResultRow } from '../results/result-row.js';
import { CLUSTER_COLUMN } from '../summary/cluster-column.js';
import { readScoreTable, type ScoredRun } from '../summary/score-table.js';
import type { Baseline } from '../gates/baseline.js';
import { baselineSide } from '../gates/baseline-side.js';
import {
  type CompareOptions,
  type ReadCompareOptions,
  readCompareOptions,
} from './compare-options.js';
import { compareTables } from './compare-tables.js';
import type { ComparedSide } from './compared-side.js';
import { RecordResults } from './record-results.js';
import type { RunComparison } from './run-comparison.js';

/**
 * Compares two stored runs, or a run with a baseline, record by record: the difference of each metric with its interval, a test, the result for each group, and which
 * records changed. For two models of one run, give the run twice, and the models as `a` and `b` of the options.
 *
 * Systems with the same prompt, provider and model are paired; where only one of a kind is left on each side, these two are paired. All rows are read once, and a
 * few numbers of each are kept; with `sets`, they are read twice.
 *
 * @param a A run, or the result of `readBaseline`.
 * @throws {BenchError} `BENCH_NOT_COMPARABLE` for different data, records that cannot be matched, and metrics or models that only one run has;
 *   `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 * @throws {ConfigError} An option is wrong.
 * @throws {CallError} `CALL_CANCELLED`, `CALL_NOT_FOUND`, `CALL_SHUT_DOWN`, if scores of sets are requested.
 *
 * @example
 * ```ts
 * import { compareRuns } from '@testbench/bench/statistics';
 *
 * const plan = {
 *   name: 'sums',
 *   dataset: { digest: 'sha256:0', records: 40 },
 *   prompts: [{ name: 'p' }],
 *   providers: [{ as: 'o', models: [{ name: 'small' }, { name: 'large' }] }],
 *   evaluators: [{ as: 'exact', version: '1.0.0', digest: 'sha256:0', config: {}, weight: 1 }],
 *   epochs: { count: 1, reducer: 'mean' },
 *   onError: 'missing',
 * } as never;
 * async function* rows() {
 *   for (let index = 0; index < 40; index += 1) {
 *     const row = { index, prompt: 'p', provider: 'o', epoch: 1 };
 *     yield { ...row, model: 'small', scores: { exact: index % 2 } };
 *     yield { ...row, model: 'large', scores: { exact: index < 30 ? 1 : index % 2 } };
 *   }
 * }
 * const facts = { path: '/runs/sums', run: 'sums', digest: 'sha256:1', plan, records: 40 };
 * const run = { ...facts, isComplete: true, rows };
 * const { pairs } = await compareRuns(run, run, { a: { model: 'small' }, b: { model: 'large' } });
 * const { difference, verdict, flips } = pairs[0]!.metrics[0]!;
 * difference; // => 0.375
 * verdict; // => 'better'
 * [flips.gained, flips.lost]; // => [15, 0]
 * ```
 */
export async function compareRuns(
  a: ScoredRun | Baseline,
  b: ScoredRun,
  given?: CompareOptions,
): Promise<RunComparison> {
  const options = readCompareOptions(given);
  const left = 'type' in a ? baselineSide(a) : await readSide(a, options);
  const right = a === b ? left : await readSide(b, options);
  return await compareTables(left, right, options);
}

/** @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`. */
async function readSide(
  run: ScoredRun,
  { onError, clusters: by, sets }: Pick<ReadCompareOptions, 'onError' | 'clusters' | 'sets'>,
): Promise<ComparedSide> {
  const clusterColumn = by === 'auto' || by === 'none' || by === 'group' ? CLUSTER_COLUMN : by;
  const results = new RecordResults(Object.keys(sets?.plugins ?? {}));
  const table = await readScoreTable(run, {
    onError,
    clusterColumn,
    ...(sets === undefined
      ? {}
      : { onRow: (row, system, record) => results.add(row, system, record) }),
  });
  return { table, plan: run.plan, results, rows: () => checkedRows(run) };
}

/** Rows that are read again may have changed in the meantime. */
async function* checkedRows(run: ScoredRun): AsyncGenerator<ResultRow, undefined> {
  for await (const row of run.rows()) yield checkRow(row, run.path);
  return undefined;
}
