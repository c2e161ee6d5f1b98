import { describeFileError, OutputError } from '@testbench/core/files';

import { BenchError } from '../../errors.js';

/**
 * Turns errors of the file system or an output into ours.
 *
 * @throws {BenchError} `BENCH_OUTPUT_FAILED`; any other error is rethrown as it is.
 */
export async function guardWriting<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw unwritable(path, cause);
  }
}

/** The error for a file of a run that cannot be written; errors that are not from the file system or an output stay as they are. */
export function unwritable(path: string, cause: unknown): unknown {
  const [file, state] =
    cause instanceof OutputError ? [cause.file, cause.state] : [path, describeFileError(cause)];
  if (state === undefined) return cause;
  return new BenchError(
    'BENCH_OUTPUT_FAILED',
    `Cannot write results to ${JSON.stringify(file)}: ${state}`,
    { cause, file },
  );
}

/**
 * The same for reading.
 *
 * @throws {BenchError} `BENCH_RUN_UNREADABLE`; any other error is rethrown as it is.
 */
export async function guardReading<T>(file: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** The error for a file of a run that cannot be read; errors that are not from the file system stay as they are. */
export function unreadable(file: string, cause: unknown): unknown {
  const state = describeFileError(cause);
  if (state === undefined) return cause;
  return new BenchError(
    'BENCH_RUN_UNREADABLE',
    `Cannot read the run's file ${JSON.stringify(file)}: ${state}`,
    { cause, file },
  );
}
