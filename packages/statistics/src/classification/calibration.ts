import { invalid, requireProbability, requireSameLength } from '../arguments.js';
import { type Label } from '../labels.js';
import { mean, sum } from '../moments.js';
import { oneOf, readOptions, wholeNumberFrom } from '../options.js';

/**
 * Brier's score of probabilities of being right or positive: the mean squared error, 0 to 1; null without records.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_P`.
 * @see Brier (1950), doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2
 */
export function brierScore(
  truth: readonly (number | boolean)[],
  probabilities: readonly number[],
): number | null {
  requireSameLength(truth, probabilities, 'probabilities');
  return meanOrNull(
    probabilities.map((p, index) => {
      requireProbability('probability', p);
      return (p - Number(truth[index])) ** 2;
    }),
  );
}

/**
 * Brier's score of probabilities of several classes: squared errors summed over classes, 0 to 2; null without records.
 *
 * @param labels The classes, in the order of the probabilities.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function multiclassBrierScore(
  truth: readonly Label[],
  probabilities: readonly (readonly number[])[],
  labels: readonly Label[],
): number | null {
  requireSameLength(truth, probabilities, 'probabilities');
  return meanOrNull(
    probabilities.map((row, index) => {
      const right = placeOf(truth[index]!, labels, row);
      return sum(row.map((p, k) => (p - Number(k === right)) ** 2));
    }),
  );
}

/** Probabilities are kept this far from 0 and 1: the logarithm of 0 would be infinite. */
const CERTAIN = Number.EPSILON;

/**
 * Mean negative logarithm of the probability of the truth; probabilities are kept away from 0 and 1 by 2.2e-16. Null without records.
 *
 * @param probabilities For each record either one, of being positive, or one for each class, in the order of `labels`; their sum is scaled to 1.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function logLoss(
  truth: readonly Label[],
  probabilities: readonly (number | readonly number[])[],
  labels: readonly Label[] = [],
): number | null {
  requireSameLength(truth, probabilities, 'probabilities');
  return meanOrNull(
    probabilities.map((given, index) => {
      if (typeof given === 'number') {
        const p = clip(given);
        return -Math.log(Number(truth[index]) === 1 ? p : 1 - p);
      }
      const row = given.map(clip);
      return -Math.log(row[placeOf(truth[index]!, labels, row)]! / sum(row));
    }),
  );
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

function clip(p: number): number {
  requireProbability('probability', p);
  return Math.min(1 - CERTAIN, Math.max(CERTAIN, p));
}

function placeOf(label: Label, labels: readonly Label[], row: readonly number[]): number {
  requireSameLength(labels, row, 'probabilities and labels');
  const place = labels.indexOf(label);
  if (place < 0) throw invalid('label', 'one of the labels', label);
  return place;
}

/** How confidences are assigned to bins. */
export interface CalibrationOptions {
  /** Number of bins of equal width on [0, 1]. @default 10 */
  readonly bins?: number;
  /** The end that belongs to a bin; the outermost bins include both of their ends. @default 'left' */
  readonly closed?: 'left' | 'right';
}

/** How far confidence deviates from accuracy; null without records. */
export interface CalibrationError {
  /** Expected: weighted by the number of records in each bin. */
  readonly ece: number | null;
  /** The largest error of a non-empty bin. */
  readonly mce: number | null;
}

/**
 * Expected and maximum calibration error.
 *
 * @param confidence Stated probability of being right, by record.
 * @param correct 1 if the record was right.
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Guo et al. (2017), arXiv:1706.04599
 */
export function calibrationError(
  confidence: readonly number[],
  correct: readonly (number | boolean)[],
  options?: CalibrationOptions,
): CalibrationError {
  const { bins = 10, closed = 'left' } = readOptions(options, {
    bins: wholeNumberFrom(1),
    closed: oneOf('left', 'right'),
  });
  requireSameLength(confidence, correct, 'confidences');
  const cells = Array.from({ length: bins }, () => ({ n: 0, right: 0, confidence: 0 }));
  for (const [index, p] of confidence.entries()) {
    requireProbability('confidence', p);
    const cell = cells[binOf(p, bins, closed)]!;
    cell.n += 1;
    cell.right += Number(correct[index]);
    cell.confidence += p;
  }
  if (confidence.length === 0) return { ece: null, mce: null };
  const gaps = cells
    .filter(({ n }) => n > 0)
    .map((cell) => ({ n: cell.n, gap: Math.abs(cell.right - cell.confidence) / cell.n }));
  return {
    ece: sum(gaps.map(({ n, gap }) => (n / confidence.length) * gap)),
    mce: Math.max(0, ...gaps.map(({ gap }) => gap)),
  };
}

function binOf(p: number, bins: number, closed: 'left' | 'right'): number {
  const bin = closed === 'left' ? Math.floor(p * bins) : Math.ceil(p * bins) - 1;
  return Math.min(bins - 1, Math.max(0, bin));
}
