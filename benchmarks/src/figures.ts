import { appendFileSync } from 'node:fs';

import { type Target, TARGETS, type TargetName } from './targets.ts';

/** Where `all.ts` collects the figures of a benchmark that it started. */
export const FIGURES_VARIABLE = 'BENCHMARK_FIGURES';

/** A figure of one process. */
export interface Figure {
  readonly name: TargetName;
  readonly value: number;
  /** Others that did the same work in the same process, in the same unit. */
  readonly peers?: Readonly<Record<string, number>>;
}

/** Reports a figure to the program that prints the table of all targets; does nothing if a benchmark runs by itself. @returns Its target. */
export function reportFigure(name: TargetName, value: number, peers?: Figure['peers']): Target {
  const file = process.env[FIGURES_VARIABLE];
  const figure: Figure = { name, value, ...(peers === undefined ? {} : { peers }) };
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(figure)}\n`);
  return TARGETS[name];
}
