import { BenchError } from '../errors.js';

/** The error for runs that cannot be compared. */
export function notComparable(a: string, b: string, state: string): BenchError {
  const what =
    a === b
      ? `models of run ${JSON.stringify(a)}`
      : `runs ${JSON.stringify(a)} and ${JSON.stringify(b)}`;
  return new BenchError('BENCH_NOT_COMPARABLE', `Cannot compare ${what}: ${state}`);
}
