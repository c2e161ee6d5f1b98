import type { ProgramRow } from './programs.ts';
import type { RewritingResult } from './rewriting.ts';
import type { KernelRow } from './run-time.ts';
import { reportFigure } from './figures.ts';
import { geometricMean } from './statistics.ts';
import { meets, type TargetName } from './targets.ts';

/** A measured figure next to its target. */
export interface Verdict {
  readonly id: string;
  readonly what: string;
  readonly measured: number;
  /** Undefined for a baseline, which has no target. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number } | undefined;
  readonly met: boolean | undefined;
}

/** A figure that has a target. */
function judged(
  name: TargetName,
  what: string,
  measured: number,
  peers?: Readonly<Record<string, number>>,
): Verdict {
  const target = reportFigure(name, measured, peers);
  const { atMost, atLeast } = target;
  const bound = atMost === undefined ? { atLeast: atLeast! } : { atMost };
  return { id: name.split(' ')[0]!, what, measured, target: bound, met: meets(target, measured) };
}

/** A figure without a target. */
function told(id: string, what: string, measured: number): Verdict {
  return { id, what, measured, target: undefined, met: undefined };
}

/** P1, of all kernels. */
export function runTimeVerdicts(rows: readonly KernelRow[]): Verdict[] {
  const worst = (mode: 'coarse' | 'exact'): KernelRow =>
    rows.reduce((a, b) => (b[mode] > a[mode] ? b : a));
  const mean = (mode: 'coarse' | 'exact'): number => geometricMean(rows.map((row) => row[mode]));
  const count = `${rows.length} kernels`;
  return [
    judged('P1 coarse', `coarse / unmetered, geometric mean of ${count}`, mean('coarse')),
    judged(
      'P1 worst',
      `coarse / unmetered, worst (${worst('coarse').name})`,
      worst('coarse').coarse,
      Object.fromEntries([[worst('coarse').name, worst('coarse').coarse]]),
    ),
    judged('P1 exact', `exact / unmetered, geometric mean of ${count}`, mean('exact')),
    told('P1', `exact / unmetered, worst (${worst('exact').name})`, worst('exact').exact),
    judged(
      'P1 coarse, inlined alike',
      'coarse / unmetered with the inlining of metered modules',
      geometricMean(rows.map(({ coarse, padded }) => coarse / padded)),
    ),
    told(
      'P1',
      'exact / unmetered with the inlining of metered modules',
      geometricMean(rows.map(({ exact, padded }) => exact / padded)),
    ),
  ];
}

/** P2, of the kernels that have a native program. */
export function nativeVerdicts(rows: readonly KernelRow[]): Verdict[] {
  const coarse = rows.flatMap((row) => row.coarseToNative ?? []);
  const plain = rows.flatMap((row) => row.plainToNative ?? []);
  if (coarse.length === 0) return [];
  const count = `${coarse.length} kernels`;
  return [
    judged('P2', `coarse / native, geometric mean of ${count}`, geometricMean(coarse), {
      'V8 unmetered': geometricMean(plain),
    }),
    told('P2', 'unmetered / native: what the engine alone costs', geometricMean(plain)),
  ];
}

/** P7. */
export function rewritingVerdicts(result: RewritingResult): Verdict[] {
  const verdicts: Verdict[] = [];
  for (const { mode, speed, withValidation, first, growth } of result.modes) {
    verdicts.push(
      judged(`P7 ${mode}`, `rewriting, ${mode}, MB/s`, speed, { 'V8 validating': result.validate }),
      told('P7', `rewriting, ${mode}, engine's validation included, MB/s`, withValidation),
      told('P7', `rewriting, ${mode}, first call of the process, MB/s`, first),
      judged(`P7 growth, ${mode}`, `size after / before, ${mode}`, growth),
    );
  }
  verdicts.push(told('P7', "the engine's validation alone, MB/s", result.validate));
  return verdicts;
}

/** P1b. */
export function programVerdicts(rows: readonly ProgramRow[]): Verdict[] {
  if (rows.length === 0) return [];
  const worst = rows.reduce((one, other) => (other.coarse > one.coarse ? other : one));
  return [
    judged(
      'P1b mean',
      `coarse / unmetered, geometric mean of ${rows.length} programs`,
      geometricMean(rows.map(({ coarse }) => coarse)),
      Object.fromEntries(rows.map(({ name, coarse }) => [name, coarse])),
    ),
    judged('P1b worst', `coarse / unmetered, worst program (${worst.name})`, worst.coarse),
  ];
}

const cell = (value: number | undefined, digits: number): string =>
  (value === undefined ? '-' : value.toFixed(digits)).padStart(9);

export const KERNEL_HEADER = `${'kernel'.padEnd(12)}${'plain ms'.padStart(9)}${'coarse'.padStart(9)}${'exact'.padStart(9)}${'inlined'.padStart(9)}${'plain'.padStart(12)}${'coarse'.padStart(9)}\n${'/ unmetered'.padStart(48)}${'/ native'.padStart(21)}`;

/** One line of the table of kernels. */
export function kernelLine(row: KernelRow): string {
  const { name, plainMs, coarse, exact, padded, plainToNative, coarseToNative } = row;
  const natives = `${cell(plainToNative, 2)}${cell(coarseToNative, 2)}`;
  return `${name.padEnd(12)}${cell(plainMs, 2)}${cell(coarse, 3)}${cell(exact, 3)}${cell(padded, 3)}   ${natives}`;
}

/** One line of the table of programs. */
export function programLine({ name, plainMs, coarse, exact }: ProgramRow): string {
  return `${name.padEnd(12)}${cell(plainMs, 2)}${cell(coarse, 3)}${cell(exact, 3)}`;
}

/** The last table: the measurement, the target, and whether it is met. */
export function verdictTable(verdicts: readonly Verdict[]): string {
  const lines = verdicts.map(({ id, what, measured, target, met }) => {
    const wanted =
      target === undefined
        ? ''
        : 'atMost' in target
          ? `<= ${target.atMost}`
          : `>= ${target.atLeast}`;
    const mark = met === undefined ? '' : met ? 'yes' : 'no';
    return `${id.padEnd(4)}${what.padEnd(58)}${cell(measured, measured < 10 ? 3 : 1)}${wanted.padStart(9)}  ${mark}`.trimEnd();
  });
  return [`${''.padEnd(62)}${'measured'.padStart(9)}${'target'.padStart(9)}  met`, ...lines].join(
    '\n',
  );
}
