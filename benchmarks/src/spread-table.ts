import { median } from './statistics.ts';

/** A ratio over several processes. */
interface Range {
  readonly least: number;
  readonly median: number;
  readonly most: number;
}

/** A kernel or program over several processes. */
export interface Spread {
  readonly name: string;
  /** Median milliseconds unmetered. */
  readonly plainMs: number;
  readonly coarse: Range;
  readonly exact: Range;
  /** Of kernels: unmetered with the inlining of a metered module. */
  readonly padded: Range | undefined;
}

interface Row {
  readonly name: string;
  readonly plainMs: number;
  readonly coarse: number;
  readonly exact: number;
  readonly padded?: number;
}

function rangeOf(values: readonly number[]): Range {
  return { least: Math.min(...values), median: median(values), most: Math.max(...values) };
}

/** @param processes The rows of each process, in the same order. */
export function spreadOf(processes: readonly (readonly Row[])[]): Spread[] {
  return (processes[0] ?? []).map(({ name }, index): Spread => {
    const rows = processes.map((process) => process[index]!);
    const padded = rows.flatMap((row) => row.padded ?? []);
    return {
      name,
      plainMs: median(rows.map(({ plainMs }) => plainMs)),
      coarse: rangeOf(rows.map(({ coarse }) => coarse)),
      exact: rangeOf(rows.map(({ exact }) => exact)),
      padded: padded.length === 0 ? undefined : rangeOf(padded),
    };
  });
}

/** A Markdown table: each ratio as its median, and the least and the most of all processes. */
export function spreadTable(spreads: readonly Spread[]): string {
  const cell = (range: Range | undefined): string =>
    range === undefined
      ? ''
      : `${range.median.toFixed(2)} (${range.least.toFixed(2)} to ${range.most.toFixed(2)})`;
  const lines = spreads.map(
    ({ name, plainMs, coarse, exact, padded }) =>
      `| ${name} | ${plainMs.toFixed(2)} | ${cell(coarse)} | ${cell(exact)} | ${cell(padded)} |`,
  );
  return [
    '| | unmetered, ms | coarse | exact | inlined alike |',
    '|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}
