import type { StoredRun } from '@testbench/bench/results';
import {
  compareRuns,
  type CompareOptions,
  type RunComparison,
  type RunSummary,
  summariseRun,
  type SummaryOptions,
} from '@testbench/bench/statistics';

import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { MAX_PAGE_RECORDS } from '../limits.js';
import { recordName, type ReportedRun, type Reporter } from '../reporter.js';

/** Swaps of the randomization test of each pair: a report has several pairs, and a thousand swaps give a p down to 0.001. */
const REPORT_SWAPS = 1000;
/** Number of systems of one run that the first one is compared with: each comparison reads the rows again. */
const MAX_COMPARED_SYSTEMS = 8;

/** Options of {@link reportRuns}. */
export interface ReportRunsOptions {
  /** How runs are summarized. */
  readonly summary?: SummaryOptions;
  /** How they are compared; with `sets`, scores of whole sets too, by 1,000 swaps unless this says otherwise. */
  readonly comparison?: Omit<CompareOptions, 'a' | 'b'>;
  readonly signal?: AbortSignal;
}

/** The contents of `summary` and `comparison` are read by the functions that they are passed to. */
const OPTIONS: OptionReaders<ReportRunsOptions> = {
  summary: (node) => node.object(),
  comparison: (node) => node.object(),
  signal: (node) => node.signal(),
};

/**
 * Summarizes and compares runs, reads their rows, and passes everything to reporters.
 *
 * Memory does not grow with the number of rows, except for data that the reporters keep. For a single run, its first system is compared with at most eight
 * others.
 *
 * @param runs One run, or two that are compared.
 * @throws {RangeError} For no run, or more than two.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`; `BENCH_NOT_COMPARABLE` for two runs without common records. Also any error that a
 *   reporter throws.
 * @throws {ConfigError} If an option is invalid.
 */
export async function reportRuns(
  runs: readonly StoredRun[],
  reporters: readonly Reporter[],
  given?: ReportRunsOptions,
): Promise<void> {
  const { summary, comparison, signal } = readOptions<ReportRunsOptions>(given, OPTIONS);
  if (runs.length < 1 || runs.length > 2) {
    throw new RangeError(`Cannot report ${runs.length} runs: it takes one or two`);
  }
  // Before anything is written: no report is made of two runs that cannot be compared.
  const comparisons = await compareAll(runs, withSwaps(comparison));
  const summaries: RunSummary[] = [];
  const reported: ReportedRun[] = [];
  for (const run of runs) {
    signal?.throwIfAborted();
    const failed = new Set<string>();
    summaries.push(await summariseRun(withFailures(run, failed), summary));
    reported.push(describe(run, failed));
  }
  for (const reporter of reporters) await reporter.start?.(reported);
  const readers = reporters.filter((reporter) => reporter.row !== undefined);
  for (const [number, run] of runs.entries()) {
    if (readers.length === 0) break;
    for await (const row of run.rows()) {
      signal?.throwIfAborted();
      for (const reporter of readers) await reporter.row!(row, number);
    }
  }
  for (const reporter of reporters) await reporter.end({ summaries, comparisons });
}

function withSwaps(options: ReportRunsOptions['comparison']): ReportRunsOptions['comparison'] {
  if (options?.sets === undefined) return options;
  return { ...options, sets: { swaps: REPORT_SWAPS, ...options.sets } };
}

async function compareAll(
  [a, b]: readonly StoredRun[],
  options: ReportRunsOptions['comparison'],
): Promise<RunComparison[]> {
  if (b !== undefined) return [await compareRuns(a!, b, options)];
  const { prompts, providers } = a!.plan;
  const systems = prompts.flatMap(({ name: prompt }) =>
    providers.flatMap(({ as: provider, models }) =>
      models.map(({ name: model }) => ({ prompt, provider, model })),
    ),
  );
  const [first, ...others] = systems;
  const comparisons: RunComparison[] = [];
  for (const other of others.slice(0, MAX_COMPARED_SYSTEMS)) {
    const pair = { ...options, a: first!, b: other };
    const comparison = await compareRuns(a!, a!, pair).catch((error: unknown) => {
      // A run that has only started has nothing to compare yet, and is still reported.
      if (PluginError.is(error) && error.code === 'BENCH_NOT_COMPARABLE') return undefined;
      throw error;
    });
    if (comparison !== undefined) comparisons.push(comparison);
  }
  return comparisons;
}

/** A run that collects its failed records while its rows are read. */
function withFailures(run: StoredRun, failed: Set<string>): StoredRun {
  return {
    ...run,
    async *rows() {
      for await (const row of run.rows()) {
        const hasFailed = row.failure !== undefined || row.errors !== undefined;
        if (hasFailed && failed.size < MAX_PAGE_RECORDS) failed.add(recordName(row));
        yield row;
      }
    },
  };
}

function describe(
  { run, digest, plan, records, isComplete, writtenAt, summary }: StoredRun,
  failedRecords: ReadonlySet<string>,
): ReportedRun {
  return {
    run,
    digest,
    plan,
    records,
    isComplete,
    writtenAt: writtenAt.toISOString(),
    summary,
    failedRecords,
  };
}
