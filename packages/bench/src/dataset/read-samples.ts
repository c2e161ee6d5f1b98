import { stat } from 'node:fs/promises';

import type { ResolvedDatasetConfig } from '../config/dataset-config.js';
import { BenchError } from '../errors.js';
import { invalidLine } from './dataset-error.js';
import type { DatasetRecord } from './dataset-record.js';
import { readCsv } from './read-csv.js';
import { readJsonl } from './read-jsonl.js';
import { selectField } from './select-field.js';

/** A record with the fields that every benchmark needs. */
export interface Sample extends DatasetRecord {
  /** The question. */
  readonly input: string;
  /** The right answer, as the record has it: any JSON. */
  readonly expected: unknown;
}

/** A file of nothing else is as good as empty. */
const BYTE_ORDER_MARK_BYTES = 3;

const READERS = { jsonl: readJsonl, csv: readCsv };

/**
 * Streams the samples of a dataset, in order, in constant memory.
 *
 * @throws {BenchError} `BENCH_DATASET_UNREADABLE`, `BENCH_DATASET_INVALID` or `BENCH_DATASET_EMPTY`.
 */
export async function* readSamples(dataset: ResolvedDatasetConfig): AsyncGenerator<Sample> {
  const { path, offset, limit = Number.POSITIVE_INFINITY, fields } = dataset;
  let count = 0;
  let isEmpty = true;
  for await (const record of READERS[dataset.format](path)) {
    isEmpty = false;
    if (record.index < offset) continue;
    yield toSample(path, record, fields);
    count += 1;
    // Not at the head of the loop: that would read and check one record more than asked for.
    if (count >= limit) return;
  }
  if (count > 0) return;
  const range = isEmpty || offset === 0 ? '' : ` from number ${offset + 1} on`;
  const isBlank = isEmpty && (await stat(path)).size <= BYTE_ORDER_MARK_BYTES;
  throw new BenchError(
    'BENCH_DATASET_EMPTY',
    `Cannot run over dataset ${JSON.stringify(path)}: ${isBlank ? 'it is empty' : `it has no records${range}`}`,
    { file: path },
  );
}

function toSample(
  file: string,
  record: DatasetRecord,
  fields: ResolvedDatasetConfig['fields'],
): Sample {
  const found = selectField(record.row, fields.input);
  if (found === undefined) throw missingField(file, record, fields.input, 'dataset.fields.input');
  const input = toText(found);
  if (input === undefined) throw wrongField(file, record, fields.input, 'a text');
  const expected = selectField(record.row, fields.expected ?? 'expected');
  // A name that somebody wrote down must be there; the default one may be missing.
  if (expected === undefined && fields.expected !== undefined) {
    throw missingField(file, record, fields.expected, 'dataset.fields.expected');
  }
  return { ...record, input, expected };
}

/** Numbers and truth values are written out; anything else is no text. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

/**
 * The error for a record that lacks a field which the configuration names.
 *
 * @param setting Where in the configuration it is named.
 */
export function missingField(
  file: string,
  record: DatasetRecord,
  field: string,
  setting: string,
): BenchError {
  const known = Object.keys(record.row).slice(0, 20).join(', ');
  return invalidLine(
    file,
    record.line,
    `expected a field ${JSON.stringify(field)} (${setting}), the record has: ${known}`,
  );
}

function wrongField(file: string, record: DatasetRecord, field: string, what: string): BenchError {
  return invalidLine(file, record.line, `expected ${what} in field ${JSON.stringify(field)}`);
}
