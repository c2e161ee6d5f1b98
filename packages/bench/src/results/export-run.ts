import { OUTPUT_OPTIONS, OutputFile, type OutputInput, writeOutput } from '@testbench/core/files';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { ownValue } from '../own-value.js';
import { csvLine } from './csv-line.js';
import { protectedFiles } from './protected-files.js';
import type { StoredRun } from './read-run.js';
import type { ResultRow } from './result-row.js';
import { guardWriting } from './store/guard-files.js';

/** Formats in which a run can be exported. */
export const EXPORT_FORMATS = ['jsonl', 'json', 'csv'] as const;

/** `jsonl`: one row per line; `json`: an object with digest, plan, summary and rows; `csv`: one row per line, with a column for each score. */
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How a run is exported. */
export interface ExportOptions {
  /** @default 'jsonl' */
  readonly format?: ExportFormat;
  /**
   * File for digest, plan and summary, as one JSON object: for `jsonl` and `csv`, whose file contains only rows. A run that was
   * never finished has no summary, and neither does the object.
   *
   * @default they are left out, except for `json`, which includes them with its rows
   */
  readonly summaryFile?: string;
  /** Files that must not be replaced, in addition to those of the run and those that it read. @default none */
  readonly inputs?: readonly OutputInput[];
  readonly signal?: AbortSignal;
}

const OPTIONS: OptionReaders<ExportOptions> = {
  format: (node) => node.oneOf(EXPORT_FORMATS),
  summaryFile: (node) => node.text(),
  inputs: OUTPUT_OPTIONS.inputs,
  signal: (node) => node.signal(),
};

/** Columns of a row in CSV, before the score columns. */
const COLUMNS = [
  'index',
  'id',
  'prompt',
  'provider',
  'model',
  'epoch',
  'group',
  'input',
  'expected',
  'output',
  'score',
  'passed',
  'failure',
] as const;

/**
 * Writes the rows of a run, and for `json` its plan and summary, into one file; for the other formats these go to `summaryFile`. A regular file appears whole or not at all; `/dev/stdout` and
 * pipes are written as they are. Memory does not grow with the number of rows.
 *
 * @param file Destination.
 * @returns Number of rows written.
 * @throws {BenchError} `BENCH_OUTPUT_FAILED`, `BENCH_RUN_DAMAGED`, `BENCH_RUN_UNREADABLE`.
 * @throws {ConfigError} An option is wrong.
 */
export async function exportRun(
  run: StoredRun,
  file: string,
  given?: ExportOptions,
): Promise<number> {
  const options = readOptions<ExportOptions>(given, OPTIONS);
  const { format = 'jsonl', summaryFile, signal } = options;
  const inputs = [...(options.inputs ?? []), ...(await protectedFiles(run))];
  const written = await guardWriting(file, async () => {
    const output = await OutputFile.open(file, { inputs, signal });
    let rows = 0;
    try {
      for await (const part of partsOf(run, format)) {
        if (part.isRow) rows += 1;
        await output.write(part.text);
      }
      await output.finish();
      await output.publish();
      return rows;
    } finally {
      await output.discard();
    }
  });
  if (summaryFile !== undefined) {
    await guardWriting(summaryFile, async () => {
      const text = `${JSON.stringify(headOf(run), null, 2)}\n`;
      const rowsFile = { path: file, what: 'the rows' };
      await writeOutput(summaryFile, text, { inputs: [...inputs, rowsFile], signal });
    });
  }
  return written;
}

/** Data about a run other than its rows. */
function headOf({ digest, plan, summary }: StoredRun): object {
  return { digest, plan, ...(summary === undefined ? {} : { summary }) };
}

interface Part {
  readonly text: string;
  readonly isRow: boolean;
}

async function* partsOf(run: StoredRun, format: ExportFormat): AsyncGenerator<Part> {
  if (format === 'json') {
    const head = JSON.stringify(headOf(run));
    yield { text: `${head.slice(0, -1)},"rows":[`, isRow: false };
    let separator = '\n';
    for await (const row of run.rows()) {
      yield { text: `${separator}${JSON.stringify(row)}`, isRow: true };
      separator = ',\n';
    }
    yield { text: '\n]}\n', isRow: false };
    return;
  }
  const evaluators = run.plan.evaluators.map(({ as }) => as);
  const extra = run.plan.dataset.columns;
  if (format === 'csv') {
    const titles = [
      ...COLUMNS,
      ...extra.map((name) => `columns.${name}`),
      ...evaluators.map((name) => `scores.${name}`),
    ];
    yield { text: csvLine(titles), isRow: false };
  }
  for await (const row of run.rows()) {
    const text = format === 'csv' ? csvRow(row, extra, evaluators) : `${JSON.stringify(row)}\n`;
    yield { text, isRow: true };
  }
}

function csvRow(row: ResultRow, extra: readonly string[], evaluators: readonly string[]): string {
  const { failure, errors = {}, messages, columns = {}, scores } = row;
  const failed = failure?.code ?? Object.values(errors)[0]?.code;
  const flat = { ...row, input: row.input ?? messages, failure: failed };
  return csvLine([
    ...COLUMNS.map((name) => flat[name]),
    ...extra.map((name) => ownValue(columns, name)),
    ...evaluators.map((name) => ownValue(scores, name)),
  ]);
}
