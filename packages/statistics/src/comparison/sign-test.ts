import { completePairs, type Score } from '../arguments.js';
import { binomialLowerTail } from '../distributions/binomial.js';

/** How often one system was better than the other. */
export interface SignTest {
  /** Records on which a was better. */
  readonly positive: number;
  readonly negative: number;
  readonly ties: number;
  /** Two-sided, exact; 1 without differences. */
  readonly p: number;
}

/**
 * Sign test: whether one system is better on more records than the other; ties do not count.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`.
 * @see Dixon and Mood (1946), doi:10.1080/01621459.1946.10501898
 */
export function signTest(a: readonly Score[], b: readonly Score[]): SignTest {
  const pairs = completePairs(a, b);
  let positive = 0;
  let negative = 0;
  for (const [index, value] of pairs.a.entries()) {
    if (value > pairs.b[index]!) positive += 1;
    else if (value < pairs.b[index]!) negative += 1;
  }
  const ties = pairs.a.length - positive - negative;
  return { positive, negative, ties, p: evenSplitP(positive, negative) };
}

/** Two-sided p-value of a split under a fair coin. */
export function evenSplitP(x: number, y: number): number {
  return Math.min(1, 2 * binomialLowerTail(Math.min(x, y), x + y, 0.5));
}
