import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { BenchError } from '@testbench/bench';
import {
  type ImportedCase,
  type ImportedMetric,
  type MetricRange,
  writeImportedRun,
  type WriteImportedRunOptions,
  type WrittenRun,
} from '@testbench/bench/import';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { ImportError } from './errors.js';
import { findRuns } from './find-runs.js';
import { guard } from './json/read-file.js';
import type { FoundRun, ImportFormat, StatedMean } from './read-run.js';

/** How files of other tools are imported. */
export interface ImportRunsOptions extends Pick<
  WriteImportedRunOptions,
  'outputDir' | 'ranges' | 'metrics' | 'signal'
> {
  /** Called for a file among several that cannot be imported; the others are. @default it is thrown */
  readonly onFailure?: (error: ImportError) => void;
}

const OPTIONS: OptionReaders<ImportRunsOptions> = {
  outputDir: (node) => node.text(),
  ranges: (node) => node.object() as Readonly<Record<string, MetricRange>>,
  metrics: (node) => node.list().map((item) => item.text()),
  signal: (node) => node.signal(),
  onFailure: (node) => node.callback<(error: ImportError) => void>(),
};

/** A total of the files, and what the imported cases give. */
export interface MeanCheck extends StatedMean {
  /** Mean of the imported values; null if there are none. */
  readonly found: number | null;
  readonly agrees: boolean;
}

/** An imported run. */
export interface ImportResult extends Pick<WrittenRun, 'path' | 'summary' | 'isKnown'> {
  readonly format: ImportFormat;
  /** The files that it came from. */
  readonly files: readonly string[];
  readonly name: string;
  readonly model: string;
  readonly records: number;
  readonly cases: number;
  /** Number of samples that the files state, if they do. */
  readonly statedCases?: number;
  readonly metrics: readonly ImportedMetric[];
  /** Totals that the files state, compared with what was imported. */
  readonly checks: readonly MeanCheck[];
  /** What a reader should know, in sentences without a full stop. */
  readonly notes: readonly string[];
}

/** Of how many parts two means may differ: files round, and sums are made in other orders. */
const TOLERANCE = 1e-6;

/**
 * Imports what other tools wrote: logs of inspect_ai (JSON and `.eval`), results and samples of lm-evaluation-harness, runs of HELM. Each log or task becomes
 * a run, which `readRun`, `scoreRun`, `compareRuns` and reports work on. The files are data: nothing in them is run, and names in them are no paths.
 *
 * @param path A file, or a folder with files of any of these kinds.
 * @returns Run by run, in the order of files. Each is written when the next one is asked for.
 * @throws {ConfigError} An option is wrong, or names a metric that a run does not have.
 * @throws {ImportError} A file cannot be imported; its runs are not written, and earlier ones stay.
 * @throws {BenchError} A run cannot be written; see `writeImportedRun`.
 *
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from 'node:fs';
 * import { join } from 'node:path';
 * import { importRuns } from '@testbench/interop';
 *
 * const folder = mkdtempSync('/tmp/import-');
 * const sample = { doc_id: 0, target: '2', resps: [['2']], filtered_resps: ['2'], filter: 'none' };
 * const line = { ...sample, arguments: [['1+1=', {}]], metrics: ['exact_match'], exact_match: 1 };
 * writeFileSync(join(folder, 'samples_sums.jsonl'), JSON.stringify(line));
 * const found: string[] = [];
 * for await (const run of importRuns(folder, { outputDir: join(folder, 'runs') })) {
 *   found.push(`${run.name}: ${run.cases} case, ${run.summary.scores[0]?.mean}`);
 * }
 * found; // => ['sums: 1 case, 1']
 * ```
 */
export async function* importRuns(
  path: string,
  given: ImportRunsOptions,
): AsyncGenerator<ImportResult> {
  const { onFailure, ...options } = readOptions<ImportRunsOptions>(given, OPTIONS, '', [
    'outputDir',
  ]);
  const root = resolve(path);
  const facts = await guard(root, () => stat(root));
  const sources = await findRuns(root, facts.isDirectory());
  try {
    for (const source of sources) {
      try {
        yield await importOne(await source.open(), options);
      } catch (error) {
        if (!(error instanceof ImportError) || sources.length === 1) throw error;
        if (onFailure === undefined) throw error;
        onFailure(error);
      }
    }
  } finally {
    for (const source of sources) await source.close?.();
  }
}

async function importOne(run: FoundRun, options: WriteImportedRunOptions): Promise<ImportResult> {
  const means = new GroupMeans();
  const source = {
    ...run,
    async *cases(): AsyncGenerator<ImportedCase> {
      for await (const found of run.cases()) {
        means.add(found);
        yield found;
      }
    },
  };
  const inputs = run.files.map((file) => ({ path: file, what: 'a file to import' }));
  const written = await writeImportedRun(source, { ...options, inputs }).catch((error: unknown) => {
    throw asImportError(error, run);
  });
  const { path, summary, metrics, isKnown } = written;
  const checks = run.stated.flatMap((stated) => checkMean(stated, written, means));
  const { statedCases } = run;
  return {
    format: run.format,
    files: run.files,
    name: run.name,
    model: run.model,
    path,
    summary,
    isKnown,
    records: summary.records,
    cases: summary.cases,
    ...(statedCases === undefined ? {} : { statedCases }),
    metrics,
    checks,
    notes: [...run.notes, ...notesOf(run, written, checks)],
  };
}

/** Cases that no run can have are a fault of their file. */
function asImportError(error: unknown, { files }: FoundRun): unknown {
  if (!(error instanceof BenchError) || error.code !== 'BENCH_DATASET_INVALID') return error;
  const state = error.message.replace(/^Cannot import /, '');
  return new ImportError('IMPORT_INVALID', state, { file: files.at(-1)!, cause: error });
}

/** Compares a total with the mean of what was imported; a total of something that no case has says nothing. */
function checkMean(
  stated: StatedMean,
  { summary, metrics }: WrittenRun,
  means: GroupMeans,
): MeanCheck[] {
  const metric = metrics.find(({ name }) => name === stated.metric);
  if (metric === undefined || metric.n === 0) return [];
  const score = summary.scores.find(({ evaluator }) => evaluator === stated.metric);
  const isRaw = metric.low! >= 0 && metric.high! <= 1;
  // The mean over records, after epochs were reduced; values of other ranges are compared as they are.
  const found =
    stated.group === undefined && score !== undefined && isRaw
      ? score.mean
      : means.of(stated.metric, stated.group);
  if (found === null && stated.group !== undefined) return [];
  const difference = Math.abs((found ?? Number.NaN) - stated.value);
  const agrees = difference <= TOLERANCE * Math.max(1, Math.abs(stated.value));
  return [{ ...stated, found, agrees }];
}

function notesOf(
  { statedCases, format }: FoundRun,
  { summary, metrics }: WrittenRun,
  checks: readonly MeanCheck[],
): string[] {
  const notes = metrics
    .filter(({ isScore, n }) => !isScore && n > 0)
    .map(({ name, low, high }) =>
      low! < 0 || high! > 1
        ? `the values of ${JSON.stringify(name)} go from ${low} to ${high}, and a score goes from 0 to 1: they are kept in the details of rows; say what 0 and 1 are to have scores`
        : `${JSON.stringify(name)} is not among the metrics that were asked for: its values are kept in the details of rows`,
    );
  const cases = format === 'inspect' ? summary.cases - failedOf(summary) : summary.records;
  if (statedCases !== undefined && statedCases !== cases && statedCases !== summary.cases) {
    notes.push(`the files say that there are ${statedCases} samples, and have ${summary.cases}`);
  }
  for (const { metric, name, value, found, agrees, group } of checks) {
    if (agrees) continue;
    const of = group === undefined ? '' : ` of ${JSON.stringify(group)}`;
    notes.push(
      `the files say ${name} ${value} for ${JSON.stringify(metric)}${of}, and their samples give ${found}`,
    );
  }
  return notes;
}

/** Samples whose request or solver failed. */
function failedOf({ failures }: WrittenRun['summary']): number {
  return failures
    .filter(({ stage }) => stage === 'provider')
    .reduce((sum, { count }) => sum + count, 0);
}

/** Means of values by metric and group. */
class GroupMeans {
  readonly #sums = new Map<string, { sum: number; n: number }>();

  add({ values, record, failure }: ImportedCase): void {
    if (failure !== undefined) return;
    for (const [metric, value] of Object.entries(values)) {
      if (value === null) continue;
      this.#add(keyOf(metric, undefined), value);
      if (record.group !== undefined) this.#add(keyOf(metric, record.group), value);
    }
  }

  of(metric: string, group: string | undefined): number | null {
    const found = this.#sums.get(keyOf(metric, group));
    return found === undefined ? null : found.sum / found.n;
  }

  #add(key: string, value: number): void {
    const found = this.#sums.get(key) ?? { sum: 0, n: 0 };
    found.sum += value;
    found.n += 1;
    this.#sums.set(key, found);
  }
}

function keyOf(metric: string, group: string | undefined): string {
  return JSON.stringify([metric, group ?? null]);
}
