import { LATE_MS } from '../arena.ts';
import { type Attack, insist, ISOLATED, NotContained } from '../attack.ts';
import { type Measured, measureChild } from '../measure-child.ts';

/**
 * Memory of a host that keeps errors of plugins with 16 MB, or a batch of errors of 60 MB: what a few instances take while they wait
 * for the garbage collector. Kept instances are 3,300 and 6,000 MB.
 */
const MAX_KEPT_MB = 1024;

/**
 * The most that the host's own thread computes between two turns of its event loop while large modules load and run elsewhere (one
 * of 64 KiB is still read on it, and one of 16 MiB is copied), or while a stream is read.
 */
const MAX_STALL_MS = 100;

/** Rows 105, 120 and 121: loading large modules, keeping errors, and streams. */
export const lifecycle: readonly Attack[] = [
  {
    row: 105,
    name: 'modules of up to 16 MiB that take seconds to prepare: how long the host stands still',
    modes: ['thread', 'process'],
    async run({ mode }) {
      const { result } = await measureChild('loading', [mode], 120_000);
      const loads = result as readonly { name: string; outcome: string; cpuMs: number }[];
      for (const { name, cpuMs } of loads) {
        insist(cpuMs < MAX_STALL_MS, `${cpuMs.toFixed(0)} ms with ${name}`);
      }
      return loads.map(({ outcome, cpuMs }) => `${outcome} ${cpuMs.toFixed(0)} ms`).join(', ');
    },
  },
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
  {
    row: 121,
    name: 'a stream of empty chunks without end, that is read and then closed',
    modes: ISOLATED,
    async run({ mode }) {
      const { result, rssMb } = await measureChild('endless-stream', [mode]);
      const { chunks, ended, closed, closeMs, stallMs } = result as Streamed;
      insist(chunks > 100, `only ${chunks} chunks arrived`);
      insist(ended === 'CALL_DEADLINE_EXCEEDED', `it ended with ${ended}`);
      insist(closed === 'CALL_SHUT_DOWN', `closing ended it with ${closed}`);
      insist(closeMs < LATE_MS, `closing took ${closeMs.toFixed(0)} ms`);
      insist(stallMs < MAX_STALL_MS, `the loop stood still for ${stallMs.toFixed(0)} ms`);
      insist(rssMb < MAX_KEPT_MB, `${rssMb.toFixed(0)} MB`);
      return `${ended}, ${closed}; ${chunks} chunks, ${rssMb.toFixed(0)} MB, stall ${stallMs.toFixed(0)} ms`;
    },
  },
];

interface Streamed {
  readonly chunks: number;
  readonly ended: string;
  readonly closed: string;
  readonly closeMs: number;
  readonly stallMs: number;
}

function keptErrors({ result, rssMb }: Measured, expected: number): string {
  const { count, codes } = result as { count: number; codes: readonly string[] };
  insist(count === expected, `${count} calls failed`);
  if (codes.includes('raw')) throw new NotContained('an error was none of ours');
  insist(rssMb < MAX_KEPT_MB, `${rssMb.toFixed(0)} MB`);
  return `${codes.join(', ')}; ${rssMb.toFixed(0)} MB`;
}
