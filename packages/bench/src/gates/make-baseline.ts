import { digestOf, OUTPUT_OPTIONS, type OutputInput, writeOutput } from '@testbench/core/files';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { notComparable } from '../compare/not-comparable.js';
import { canonicalJson } from '../plan/canonical-json.js';
import { guardWriting } from '../results/store/guard-files.js';
import { readScoreTable, type ScoredRun } from '../summary/score-table.js';
import { isObject } from '../is-object.js';
import { type Baseline, BASELINE_VERSION, type BaselineField } from './baseline.js';
import { BaselineSumReader } from './baseline-sums.js';

/** The parts of a run that go into a baseline. */
export interface BaselineOptions {
  /** Evaluators; also `score` and `passed`. @default all evaluators */
  readonly metrics?: readonly string[];
  /** @default all */
  readonly models?: readonly string[];
}

const OPTIONS: OptionReaders<BaselineOptions> = {
  metrics: (node) => node.list().map((item) => item.text()),
  models: (node) => node.list().map((item) => item.text()),
};

/**
 * Takes the scores of a run, by record.
 *
 * @throws {BenchError} `BENCH_NOT_COMPARABLE` if there is no such metric or model, or if the run is not complete; `BENCH_RUN_DAMAGED`,
 *   `BENCH_RUN_UNREADABLE`.
 * @throws {ConfigError} An option is wrong.
 */
export async function makeBaseline(run: ScoredRun, given?: BaselineOptions): Promise<Baseline> {
  const options = readOptions<BaselineOptions>(given, OPTIONS);
  const { models, metrics } = options;
  if (!run.isComplete) {
    throw notComparable(run.run, run.run, 'it is not complete; resume it first');
  }
  const wanted = sumEvaluators(run).filter((name) => metrics?.includes(name) ?? true);
  const reader = new BaselineSumReader(wanted);
  const { facts, records, systems } = await readScoreTable(run, {
    onError: 'missing',
    ...(wanted.length === 0
      ? {}
      : { onRow: (row, system, record) => reader.add(row, system, record) }),
  });
  const chosen = systems.filter(({ name }) => models?.includes(name.model) ?? true);
  const columns = chosen.flatMap((system) =>
    system.metrics
      .filter(({ metric, kind }) => metrics?.includes(metric) ?? kind === 'evaluator')
      .map((column) => ({ system: system.name, column })),
  );
  requireNames(run, 'model', models, new Set(systems.map(({ name }) => name.model)));
  requireNames(
    run,
    'metric',
    metrics,
    new Set(systems.flatMap((system) => system.metrics.map(({ metric }) => metric))),
  );
  const sums = reader.sums(
    systems.map(({ name }) => name),
    chosen.map(({ name }) => name),
    records.count,
  );
  const fields: BaselineField[] = records.hasIds ? ['index', 'id'] : ['index'];
  return sealBaseline({
    type: 'testbench-baseline',
    formatVersion: BASELINE_VERSION,
    run: facts,
    evaluators: run.plan.evaluators,
    columns: columns.map(({ system: { prompt, provider, model }, column: { metric, kind } }) => ({
      prompt,
      provider,
      model,
      metric,
      kind,
    })),
    fields,
    records: Array.from({ length: records.count }, (_, place) => {
      const [index, key] = [records.indexAt(place), records.keyAt(place)];
      const scores = columns.map(({ column }) => scoreOrNull(column.values.at(place)));
      const names: (string | number | null)[] = records.hasIds ? [index, key] : [index];
      return names.concat(scores);
    }),
    ...(sums.length === 0 ? {} : { sums }),
  });
}

/** The summary of a run, which is untrusted, names the evaluators of sums. */
function sumEvaluators({ summary, plan }: ScoredRun): string[] {
  const sets = isObject(summary) ? summary['sets'] : undefined;
  const named = new Set(
    (Array.isArray(sets) ? sets : []).map((set: unknown) =>
      isObject(set) ? set['evaluator'] : undefined,
    ),
  );
  return plan.evaluators.map(({ as }) => as).filter((name) => named.has(name));
}

function scoreOrNull(score: number): number | null {
  return Number.isNaN(score) ? null : score;
}

/** Adds the digest. */
export function sealBaseline(content: Omit<Baseline, 'digest'>): Baseline {
  return { ...content, digest: baselineDigest(content) };
}

/** The digest of everything except the digest itself. */
export function baselineDigest(content: Omit<Baseline, 'digest'>): string {
  return digestOf(canonicalJson(content));
}

/** One line per record, so that a diff shows which ones changed. */
export function formatBaseline({ records, sums = [], ...rest }: Baseline): string {
  const head = JSON.stringify(rest, undefined, 2).slice(0, -2);
  const lines = (list: readonly unknown[]): string =>
    list.map((record) => `    ${JSON.stringify(record)}`).join(',\n');
  const parts = sums.map(({ records: entries, ...facts }) => {
    const names = JSON.stringify(facts).slice(0, -1);
    return `  ${names},"records":[\n${lines(entries)}\n  ]}`;
  });
  const tail = parts.length === 0 ? '' : `,\n  "sums": [\n${parts.join(',\n')}\n  ]`;
  return `${head},\n  "records": [\n${lines(records)}\n  ]${tail}\n}\n`;
}

/**
 * Writes a baseline into a file, which appears complete or not at all.
 *
 * @param inputs Files that must not be replaced.
 * @throws {BenchError} `BENCH_OUTPUT_FAILED`.
 */
export async function writeBaseline(
  file: string,
  baseline: Baseline,
  options?: { readonly inputs?: readonly OutputInput[] },
): Promise<void> {
  const { inputs = [] } = readOptions<{ readonly inputs?: readonly OutputInput[] }>(options, {
    inputs: OUTPUT_OPTIONS.inputs,
  });
  await guardWriting(file, async () => {
    await writeOutput(file, formatBaseline(baseline), { inputs });
  });
}

function requireNames(
  { run }: ScoredRun,
  what: string,
  wanted: readonly string[] | undefined,
  known: ReadonlySet<string>,
): void {
  const missing = wanted?.find((name) => !known.has(name));
  if (missing === undefined) return;
  const list = [...known].map((name) => JSON.stringify(name)).join(', ');
  throw notComparable(run, run, `it has no ${what} ${JSON.stringify(missing)}, it has ${list}`);
}
