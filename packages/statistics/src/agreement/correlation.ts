import { completePairs, CONFIDENCE, type IntervalOptions, type Score } from '../arguments.js';
import { normalQuantile, normalTwoSided } from '../distributions/normal.js';
import { studentTwoSided } from '../distributions/student.js';
import { midRanks, pearson, sum, tally } from '../moments.js';
import { oneOf, readOptions, SHARE } from '../options.js';

/** A correlation with its interval; all null if one side is constant. */
export interface Correlation {
  readonly n: number;
  readonly r: number | null;
  readonly lower: number | null;
  readonly upper: number | null;
  /** Two-sided; also null if the correlation is 1 or −1, since no honest p-value can be given then. */
  readonly p: number | null;
}

const UNKNOWN = { r: null, lower: null, upper: null, p: null };

/**
 * Pearson's correlation, with Fisher's interval.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Fisher (1915), doi:10.2307/2331838
 */
export function pearsonCorrelation(
  a: readonly Score[],
  b: readonly Score[],
  options?: IntervalOptions,
): Correlation {
  return correlate(a, b, options, { of: (values) => values, spread: () => 1 });
}

/**
 * Spearman's rank correlation, with the interval of Bonett and Wright; p comes from the t distribution and is not exact.
 *
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Spearman (1904), doi:10.2307/1412159; Bonett and Wright (2000), doi:10.1007/BF02294183
 */
export function spearmanCorrelation(
  a: readonly Score[],
  b: readonly Score[],
  options?: IntervalOptions,
): Correlation {
  return correlate(a, b, options, { of: midRanks, spread: (r) => 1 + (r * r) / 2 });
}

/** The transformation of the values to correlate, and the variance on Fisher's scale times n − 3. */
interface Scale {
  readonly of: (values: readonly number[]) => readonly number[];
  readonly spread: (r: number) => number;
}

function correlate(
  a: readonly Score[],
  b: readonly Score[],
  options: IntervalOptions | undefined,
  { of, spread }: Scale,
): Correlation {
  const { confidence = CONFIDENCE } = readOptions(options, { confidence: SHARE });
  const pairs = completePairs(a, b);
  const n = pairs.a.length;
  const r = pearson(of(pairs.a), of(pairs.b));
  if (r === null) return { n, ...UNKNOWN };
  const deviation = n < 4 ? undefined : Math.sqrt(spread(r) / (n - 3));
  return { n, r, ...fisherInterval(r, deviation, confidence), p: correlationP(r, n) };
}

/**
 * Kendall's tau-b, with the interval of Fieller, Hartley and Pearson.
 *
 * @param options.p `exact` only without ties. @default 'exact' without ties up to 100 pairs, else 'asymptotic'
 * @throws {StatisticsError} `STATISTICS_LENGTHS_DIFFER`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Kendall (1938), doi:10.2307/2332226; Fieller, Hartley and Pearson (1957), doi:10.2307/2332878
 */
export function kendallCorrelation(
  a: readonly Score[],
  b: readonly Score[],
  options?: IntervalOptions & { readonly p?: 'exact' | 'asymptotic' },
): Correlation {
  const { confidence = CONFIDENCE, p: method } = readOptions(options, {
    confidence: SHARE,
    p: oneOf('exact', 'asymptotic'),
  });
  const pairs = completePairs(a, b);
  const n = pairs.a.length;
  let concordant = 0;
  let discordant = 0;
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const sign = Math.sign((pairs.a[i]! - pairs.a[j]!) * (pairs.b[i]! - pairs.b[j]!));
      if (sign > 0) concordant += 1;
      else if (sign < 0) discordant += 1;
    }
  }
  const all = (n * (n - 1)) / 2;
  const [ta, tb] = [tieFacts(pairs.a), tieFacts(pairs.b)];
  const s = concordant - discordant;
  const scale = Math.sqrt(all - ta.pairs) * Math.sqrt(all - tb.pairs);
  if (!(scale > 0)) return { n, ...UNKNOWN };
  const r = Math.max(-1, Math.min(1, s / scale));
  const noTies = ta.pairs === 0 && tb.pairs === 0;
  const exact = (method ?? (noTies && n <= 100 ? 'exact' : 'asymptotic')) === 'exact' && noTies;
  const p =
    Math.abs(r) === 1
      ? null
      : exact
        ? exactKendallP(discordant, n)
        : normalTwoSided(s / Math.sqrt(kendallVariance(n, ta, tb)));
  const spread = n < 5 ? undefined : Math.sqrt(0.437 / (n - 4));
  return { n, r, ...fisherInterval(r, spread, confidence), p };
}

function correlationP(r: number, n: number): number | null {
  if (Math.abs(r) === 1 || n < 3) return null;
  return studentTwoSided(r * Math.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2);
}

/** Computed on Fisher's scale, where the spread of a correlation is uniform; the whole range for too few pairs. */
function fisherInterval(
  r: number,
  spread: number | undefined,
  confidence: number,
): { readonly lower: number; readonly upper: number } {
  if (spread === undefined) return { lower: -1, upper: 1 };
  if (Math.abs(r) === 1) return { lower: r, upper: r };
  const margin = spread * normalQuantile(0.5 + confidence / 2);
  const z = Math.atanh(r);
  return { lower: Math.tanh(z - margin), upper: Math.tanh(z + margin) };
}

interface TieFacts {
  readonly pairs: number;
  readonly triples: number;
  readonly weighted: number;
}

function tieFacts(values: readonly number[]): TieFacts {
  const counts = [...tally(values).values()];
  return {
    pairs: sum(counts.map((t) => (t * (t - 1)) / 2)),
    triples: sum(counts.map((t) => t * (t - 1) * (t - 2))),
    weighted: sum(counts.map((t) => t * (t - 1) * (2 * t + 5))),
  };
}

/** Variance of concordant minus discordant pairs, corrected for ties. */
function kendallVariance(n: number, a: TieFacts, b: TieFacts): number {
  const m = n * (n - 1);
  return (
    (m * (2 * n + 5) - a.weighted - b.weighted) / 18 +
    (2 * a.pairs * b.pairs) / m +
    (a.triples * b.triples) / (9 * m * (n - 2))
  );
}

/** From the number of orders with this many inversions. */
function exactKendallP(inversions: number, n: number): number {
  const least = Math.min(inversions, (n * (n - 1)) / 2 - inversions);
  // Shares of all orders with k inversions, for k up to the smaller side.
  let shares = new Float64Array(least + 1);
  shares[0] = 1;
  for (let size = 2; size <= n; size += 1) {
    const next = new Float64Array(least + 1);
    let window = 0;
    for (let k = 0; k <= least; k += 1) {
      window += shares[k]!;
      if (k >= size) window -= shares[k - size]!;
      next[k] = window / size;
    }
    shares = next;
  }
  return Math.min(1, 2 * sum(shares));
}
