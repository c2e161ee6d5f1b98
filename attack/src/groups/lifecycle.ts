import { type Attack, insist, ISOLATED, NotContained } from '../attack.ts';
import { type Measured, measureChild } from '../measure-child.ts';

/**
 * Memory of a host that keeps errors of plugins with 16 MB, or a batch of errors of 60 MB: what a few instances take that wait
 * for the garbage collector. Kept instances are 3,300 and 6,000 MB.
 */
const MAX_KEPT_MB = 1024;

/** Rows 105, 109, and 120 to 129: loading, keeping, and ending. */
export const lifecycle: readonly Attack[] = [
  {
    row: 120,
    name: 'errors that are kept, of 200 calls with 16 MB',
    modes: ISOLATED,
    run: async ({ mode }) => keptErrors(await measureChild('kept-errors', [mode, 'calls']), 200),
  },
  {
    row: 120,
    name: 'a batch of 100 inputs that trap, with 60 MB',
    modes: ISOLATED,
    run: async ({ mode }) => keptErrors(await measureChild('kept-errors', [mode, 'batch']), 100),
  },
];

function keptErrors({ result, rssMb }: Measured, expected: number): string {
  const { count, codes } = result as { count: number; codes: readonly string[] };
  insist(count === expected, `${count} calls failed`);
  if (codes.includes('raw')) throw new NotContained('an error was none of ours');
  insist(rssMb < MAX_KEPT_MB, `${rssMb.toFixed(0)} MB`);
  return `${codes.join(', ')}; ${rssMb.toFixed(0)} MB`;
}
