import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { type Candidate, interleave, type Sample } from './interleave.ts';
import { PROGRAMS } from './program-loads.ts';
import type { Effort } from './run-time.ts';

/** Rounds of warming up, and measured ones. */
const ROUNDS: Readonly<Record<Effort, readonly [number, number]>> = {
  full: [12, 15],
  once: [8, 9],
  short: [5, 5],
};

/** One line of the table of whole programs. */
export interface ProgramRow {
  readonly name: string;
  readonly plainMs: number;
  readonly coarse: number;
  readonly exact: number;
}

/** The next message; it is an error if the child ends instead. */
function message(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (value: unknown): void => {
      child.off('exit', onExit);
      resolve(value);
    };
    const onExit = (code: number | null): void => {
      child.off('message', onMessage);
      reject(new Error(`Cannot measure program: its process ended with ${code}`));
    };
    child.once('message', onMessage);
    child.once('exit', onExit);
  });
}

async function measureProgram(name: string, effort: Effort): Promise<ProgramRow> {
  const [warm, rounds] = ROUNDS[effort];
  const script = fileURLToPath(new URL('./program-child.ts', import.meta.url));
  const children: ChildProcess[] = [];
  try {
    // Each variant in a separate process, because loaders keep one instance for good.
    const candidates: Candidate[] = [];
    for (const variant of ['plain', 'coarse', 'exact']) {
      const child = fork(script, [name, variant]);
      children.push(child);
      await message(child);
      const run = async (): Promise<Sample> => {
        child.send('run');
        return (await message(child)) as Sample;
      };
      candidates.push({ name: variant, run });
    }
    // For the optimising compiler; the outputs are compared here too.
    await interleave(name, candidates, warm);
    const compared = await interleave(name, candidates, rounds);
    return {
      name,
      plainMs: compared.ms('plain'),
      coarse: compared.ratio('coarse', 'plain'),
      exact: compared.ratio('exact', 'plain'),
    };
  } finally {
    for (const child of children) child.kill();
  }
}

/** Measures whole programs; `done` gets each line as soon as it is available. */
export async function measurePrograms(
  effort: Effort,
  done: (row: ProgramRow) => void,
): Promise<ProgramRow[]> {
  const rows: ProgramRow[] = [];
  for (const name of Object.keys(PROGRAMS)) {
    const row = await measureProgram(name, effort);
    rows.push(row);
    done(row);
  }
  return rows;
}
