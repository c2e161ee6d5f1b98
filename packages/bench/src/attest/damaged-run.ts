import { BenchError } from '../errors.js';
import type { StoredRun } from '../results/read-run.js';

/** A run that contradicts its own claims. */
export function damagedRun({ path }: StoredRun, state: string): BenchError {
  return new BenchError(
    'BENCH_RUN_DAMAGED',
    `Cannot verify run ${JSON.stringify(path)}: ${state}`,
    {
      file: path,
    },
  );
}
