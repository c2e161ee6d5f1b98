import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';

import { OUTPUT_OPTIONS, OutputFile, type OutputInput } from '@testbench/core/files';
import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import type { RunWriter } from '@testbench/types/stores';

import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import type { ResolvedBenchmarkConfig } from '../config/benchmark-config.js';
import type { DatasetFacts } from '../dataset/dataset.js';
import { openDataset } from '../dataset/open-dataset.js';
import { finishPlan } from '../plan/make-plan.js';
import type { Plan } from '../plan/plan.js';
import type { BenchmarkSummary } from '../results/benchmark-summary.js';
import { RowSink } from '../results/row-sink.js';
import { guardWriting } from '../results/store/guard-files.js';
import { cancelled } from '../run/call-failure.js';
import { openRun } from '../run/run-folder.js';
import { CaseSpool } from './case-spool.js';
import { importedConfig, importedPlan } from './imported-plan.js';
import { importedRow, type RowContext } from './imported-rows.js';
import type { ImportedRun } from './imported-run.js';
import { SummaryTally } from './imported-summary.js';
import { type ImportedMetric, type MetricRange, MetricValues } from './metric-values.js';

/** How a run is imported. */
export interface WriteImportedRunOptions {
  /** Parent of the run's folder. */
  readonly outputDir: string;
  /** Ranges of metrics whose values are not from 0 to 1, by name: the lowest value becomes 0, the highest 1. @default none */
  readonly ranges?: Readonly<Record<string, MetricRange>>;
  /** The metrics that become scores. @default all whose values are in their range */
  readonly metrics?: readonly string[];
  /** Files that must stay as they are. @default none */
  readonly inputs?: readonly OutputInput[];
  /** Ends the import with `BENCH_CANCELLED`. */
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionReaders<WriteImportedRunOptions> = {
  outputDir: (node) => node.text(),
  ranges: (node) =>
    Object.fromEntries(
      Object.entries(node.object()).map(([name, value]) => [name, readRange(value, name)]),
    ),
  metrics: (node) => node.list().map((item) => item.text()),
  inputs: OUTPUT_OPTIONS.inputs,
  signal: (node) => node.signal(),
};

function readRange(value: unknown, name: string): MetricRange {
  const node = new ConfigNode(value, `ranges.${name}`);
  const { low, high } = node.object() as Partial<MetricRange>;
  const isRange = Number.isFinite(low) && Number.isFinite(high) && low! < high!;
  return isRange ? { low: low!, high: high! } : node.reject('numbers "low" and "high", low first');
}

/** An imported run, as it was written. */
export interface WrittenRun {
  /** Its folder. */
  readonly path: string;
  readonly plan: Plan;
  readonly summary: BenchmarkSummary;
  /** What the files said of each metric. */
  readonly metrics: readonly ImportedMetric[];
  /** True if the same files had been imported before: then only the summary was written again. */
  readonly isKnown: boolean;
}

/** Name of the data set in the folder of an imported run. */
const DATASET_FILE = 'dataset.jsonl';

/**
 * Writes the run of another tool as a run of ours: `readRun`, `scoreRun`, `compareRuns` and reports work on it. Its records become `dataset.jsonl` in
 * its folder. Nothing is called, and no score is computed: values of a metric from 0 to 1 become scores as they are, all others are kept in the
 * details of the rows unless `ranges` says what 0 and 1 are.
 *
 * @param source What was read. Its texts and numbers are untrusted.
 * @throws {ConfigError} An option is wrong, or names a metric that the run does not have.
 * @throws {BenchError} `BENCH_DATASET_INVALID` if a case occurs twice or is beyond a limit; `BENCH_DATASET_EMPTY` if there is none; `BENCH_OUTPUT_FAILED`,
 *   `BENCH_RUN_LOCKED`, `BENCH_RUN_DAMAGED`, `BENCH_CANCELLED`; and whatever `source` throws.
 *
 * @example
 * ```ts
 * import { mkdtempSync } from 'node:fs';
 * import { writeImportedRun } from '@testbench/bench/import';
 *
 * const { summary } = await writeImportedRun(
 *   {
 *     name: 'sums',
 *     tool: { name: 'by-hand', version: '1.0.0' },
 *     digest: `sha256:${'0'.repeat(64)}`,
 *     provider: 'people',
 *     model: 'anna',
 *     metrics: ['match'],
 *     async *cases() {
 *       const record = { input: '1+1', expected: '2' };
 *       yield { id: '1', epoch: 1, record, output: '2', values: { match: 1 } };
 *     },
 *   },
 *   { outputDir: mkdtempSync('/tmp/runs-') },
 * );
 * summary.scores[0]?.mean; // => 1
 * ```
 */
export async function writeImportedRun(
  source: ImportedRun,
  given: WriteImportedRunOptions,
): Promise<WrittenRun> {
  const options = readOptions<WriteImportedRunOptions>(given, OPTIONS, '', ['outputDir']);
  const { outputDir, ranges = {}, inputs = [], signal } = options;
  await using spool = await CaseSpool.create();
  const values = new MetricValues(source.metrics, new Map(Object.entries(ranges)));
  for await (const found of source.cases()) {
    if (signal?.aborted === true) throw cancelled();
    await spool.add(found);
    values.add(found);
  }
  const metrics = chosenMetrics(values, options);
  const scores = metrics.filter(({ isScore }) => isScore).map(({ name }) => name);
  const { config, facts, file } = await writeDataset(source, spool, scores, outputDir);
  const content = importedPlan(source, config, facts, values, scores);
  const plan = finishPlan(content, config);
  const path = join(outputDir, plan.run);
  const dataset = { ...config.dataset, path: join(path, DATASET_FILE) };
  const opened = { ...plan, config: { ...config, dataset } };
  const open = await openRun(opened, outputDir, inputs);
  try {
    const known = open.writer.segments.reduce((sum, { from, to }) => sum + to - from, 0);
    const isKnown = open.isResumed && known === facts.count;
    const tally = new SummaryTally(source, opened, facts);
    const context = { ...source, values, scores, evaluators: config.evaluators };
    if (!isKnown) await guardWriting(path, () => copyFile(file, join(path, DATASET_FILE)));
    await writeRows(spool, isKnown ? undefined : open.writer, context, tally, signal);
    const summary = tally.summary(path);
    await open.writer.writeDocument('summary', `${JSON.stringify(summary, undefined, 2)}\n`);
    return { path, plan: opened, summary, metrics, isKnown };
  } finally {
    await open.writer.close();
  }
}

/** @throws {ConfigError} `CONFIG_INVALID`: a metric that is named does not exist. */
function chosenMetrics(
  values: MetricValues,
  { metrics: wanted, ranges }: WriteImportedRunOptions,
): ImportedMetric[] {
  const found = values.metrics();
  const known = found.map(({ name }) => name);
  const unknown = values.unknownRanges()[0] ?? wanted?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    new ConfigNode({ ranges, metrics: wanted }).reject(
      `metrics of the run, which has: ${known.join(', ') || 'none'}`,
    );
  }
  if (wanted === undefined) return found;
  const isWanted = new Set(wanted);
  return found.map((metric) =>
    isWanted.has(metric.name) ? metric : Object.assign({}, metric, { isScore: false }),
  );
}

/** Writes the records into a temporary file, and checks that they can be read as a data set. */
async function writeDataset(
  source: ImportedRun,
  spool: CaseSpool,
  scores: readonly string[],
  outputDir: string,
): Promise<{ config: ResolvedBenchmarkConfig; facts: DatasetFacts; file: string }> {
  const file = join(spool.folder, DATASET_FILE);
  let isGrouped = true;
  let isConversation = true;
  const output = await OutputFile.open(file);
  try {
    for await (const [first] of spool.read()) {
      const { fields, messages, group, ...record } = first!.record;
      isGrouped &&= group !== undefined;
      isConversation &&= messages !== undefined;
      const line = { ...fields, id: first!.id, ...record, messages, group };
      await output.write(`${JSON.stringify(line)}\n`);
    }
    await output.finish();
    await output.publish();
  } finally {
    await output.discard();
  }
  const roles = { isGrouped, isConversation, epochs: spool.epochs };
  const raw = importedConfig(source, scores, roles, { path: file, outputDir });
  const config = parseBenchmarkConfig(raw);
  await using dataset = await openDataset(config.dataset);
  const { digest, formats, files, total, count } = dataset;
  return { config, facts: { digest, formats, files, total, count }, file };
}

/** @param writer Undefined if the rows are there already. */
async function writeRows(
  spool: CaseSpool,
  writer: RunWriter | undefined,
  context: RowContext,
  tally: SummaryTally,
  signal: AbortSignal | undefined,
): Promise<void> {
  // An earlier import may have been killed.
  if (writer !== undefined && writer.segments.length > 0) await writer.remove(writer.segments);
  const sink = writer === undefined ? undefined : new RowSink(writer);
  let position = 0;
  try {
    for await (const cases of spool.read()) {
      if (signal?.aborted === true) throw cancelled();
      const rows = cases.map((found) => importedRow(found, position, context));
      await sink?.add(position, rows);
      tally.add(rows);
      position += 1;
    }
    await sink?.flush();
  } finally {
    await sink?.discard();
  }
}
