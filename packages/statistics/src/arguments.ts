import { StatisticsError } from './errors.js';

/** A score, or null for a record that has none. */
export type Score = number | null;

/** Options of an interval. */
export interface IntervalOptions {
  /** Between 0 and 1. @default 0.95 */
  readonly confidence?: number;
}

/** Default confidence of an interval. */
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

/**
 * Returns the values that are not missing.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT` for NaN, which would silently spoil any order and sum.
 */
export function present(values: readonly Score[]): readonly number[] {
  let isComplete = true;
  for (const value of values) {
    if (value === null) isComplete = false;
    else if (Number.isNaN(value)) throw invalid('value', 'a number, or null for none', value);
  }
  // Copying a million scores is expensive, and no receiver changes them.
  return isComplete ? (values as readonly number[]) : values.filter((value) => value !== null);
}

/** Pairs with neither side missing; if all are complete, the lists themselves. */
export function completePairs<A, B>(
  a: readonly (A | null)[],
  b: readonly (B | null)[],
): { readonly a: readonly A[]; readonly b: readonly B[] } {
  requireSameLength(a, b, 'values');
  let isComplete = true;
  for (let index = 0; index < a.length; index += 1) {
    const [left, right] = [a[index]!, b[index]!];
    if (left === null || right === null) isComplete = false;
    else if (Number.isNaN(left) || Number.isNaN(right)) {
      throw invalid('value', 'a number, or null for none', Number.NaN);
    }
  }
  if (isComplete) return { a: a as readonly A[], b: b as readonly B[] };
  const isWhole = (_: unknown, index: number): boolean => a[index] !== null && b[index] !== null;
  return { a: a.filter(isWhole) as A[], b: b.filter(isWhole) as B[] };
}

export function invalid(name: string, expected: string, actual: unknown): StatisticsError {
  return new StatisticsError(
    'STATISTICS_INVALID_ARGUMENT',
    `Cannot use ${name} ${String(actual)}: expected ${expected}`,
  );
}
