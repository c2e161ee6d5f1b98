import { describeFileError } from '@testbench/core/files';

import { BenchError } from '../errors.js';

/** The place of a record. */
export interface RecordPlace {
  /** The file, `-` for the standard input, or another name used in messages. */
  readonly file: string;
  /** The line, row or record of that file, from 1. In a CSV file, the line on which the record ends. */
  readonly line: number;
  /** What `line` counts. */
  readonly unit: string;
}

/** An error about one record of a dataset: what was expected and what was found. */
export function invalidRecord(
  { file, line, unit }: RecordPlace,
  state: string,
  cause?: unknown,
): BenchError {
  return new BenchError(
    'BENCH_DATASET_INVALID',
    `Cannot read dataset ${JSON.stringify(file)} ${unit} ${line}: ${state}`,
    { file, line, cause },
  );
}

/** An error about a dataset as a whole. */
export function invalidDataset(file: string, state: string, cause?: unknown): BenchError {
  return new BenchError(
    'BENCH_DATASET_INVALID',
    `Cannot read dataset ${JSON.stringify(file)}: ${state}`,
    { file, cause },
  );
}

/** An error about a dataset that cannot be read at all. */
export function unreadableState(file: string, state: string, cause?: unknown): BenchError {
  return new BenchError(
    'BENCH_DATASET_UNREADABLE',
    `Cannot read dataset ${JSON.stringify(file)}: ${state}`,
    { file, cause },
  );
}

/** Turns an error of the file system into ours; returns any other unchanged. */
export function unreadableDataset(file: string, cause: unknown): unknown {
  const state = describeFileError(cause);
  return state === undefined ? cause : unreadableState(file, state, cause);
}
