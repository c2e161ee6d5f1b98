import { describeFileError } from '@testbench/core';

import { BenchError } from '../errors.js';

/** An error about one line of a dataset: what was expected, and what stands there. */
export function invalidLine(
  file: string,
  line: number,
  state: string,
  cause?: unknown,
): BenchError {
  return new BenchError(
    'BENCH_DATASET_INVALID',
    `Cannot read dataset ${JSON.stringify(file)} line ${line}: ${state}`,
    { file, line, cause },
  );
}

/** Turns an error of the file system into ours; gives any other back as it is. */
export function unreadableDataset(file: string, cause: unknown): unknown {
  const state = describeFileError(cause);
  if (state === undefined) return cause;
  return new BenchError(
    'BENCH_DATASET_UNREADABLE',
    `Cannot read dataset ${JSON.stringify(file)}: ${state}`,
    { cause, file },
  );
}
