import { StatisticsError } from './errors.js';

/** A score, or null for a record that has none. */
export type Score = number | null;

/** What an interval is asked for with. */
export interface IntervalOptions {
  /** Between 0 and 1. @default 0.95 */
  readonly confidence?: number;
}

/** What an interval has unless its options say otherwise. */
export const CONFIDENCE = 0.95;

/** @throws {StatisticsError} `STATISTICS_INVALID_P`. */
export function requireProbability(name: string, p: number): void {
  if (typeof p === 'number' && p >= 0 && p <= 1) return;
  throw new StatisticsError(
    'STATISTICS_INVALID_P',
    `Cannot use ${name} ${String(p)}: expected a number from 0 to 1`,
  );
}

/** @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT`. */
export function requireCount(name: string, count: number, minimum = 0): void {
  if (Number.isFinite(count) && count >= minimum) return;
  throw invalid(name, `a number from ${minimum}`, count);
}

/** @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`. */
export function requireSameLength(
  left: { readonly length: number },
  right: { readonly length: number },
  what: string,
): void {
  if (left.length === right.length) return;
  throw new StatisticsError(
    'STATISTICS_LENGTHS_DIFFER',
    `Cannot pair ${what}: ${left.length} on one side, ${right.length} on the other`,
  );
}

/** The values that are there. */
export function present(values: readonly Score[]): number[] {
  return values.filter((value): value is number => value !== null);
}

/** Pairs of which neither side is missing. */
export function completePairs<A, B>(
  a: readonly (A | null)[],
  b: readonly (B | null)[],
): { readonly a: A[]; readonly b: B[]; readonly kept: number[] } {
  requireSameLength(a, b, 'values');
  const kept = a.flatMap((value, index) => (value === null || b[index] === null ? [] : [index]));
  return {
    a: kept.map((index) => a[index] as A),
    b: kept.map((index) => b[index] as B),
    kept,
  };
}

export function invalid(name: string, expected: string, actual: unknown): StatisticsError {
  return new StatisticsError(
    'STATISTICS_INVALID_ARGUMENT',
    `Cannot use ${name} ${String(actual)}: expected ${expected}`,
  );
}
