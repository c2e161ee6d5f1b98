import { requireCount, requireProbability } from '../arguments.js';
import { noncentralStudentBeyond } from '../distributions/noncentral-student.js';
import { normalLowerTail, normalQuantile, normalUpperTail } from '../distributions/normal.js';
import { solveIncreasing } from '../distributions/solve.js';
import { studentQuantile } from '../distributions/student.js';
import { StatisticsError } from '../errors.js';
import { oneOf, type OptionChecks, readOptions, SHARE } from '../options.js';

/** Error rates that a study is planned for. */
export interface PowerOptions {
  /** Probability of a false alarm of the two-sided test. @default 0.05 */
  readonly alpha?: number;
  /** Probability of finding a difference that exists. @default 0.8 */
  readonly power?: number;
}

/** The planned comparison. All standard deviations are those of single records. */
export type PowerDesign =
  /** Means of two systems on the same records. `sd`: of the differences. */
  | { readonly test: 'paired_mean'; readonly method?: 't' | 'normal'; readonly sd: number }
  /** Means of two groups of different records; `ratio`: size of the second over that of the first. */
  | {
      readonly test: 'unpaired_mean';
      readonly method?: 't';
      readonly sd: number;
      /** @default 1 */
      readonly ratio?: number;
    }
  | {
      readonly test: 'unpaired_mean';
      readonly method: 'normal';
      readonly sdA: number;
      readonly sdB: number;
    }
  /**
   * Two systems on the same questions, each asked several times. `omega2`: variance of the difference of the questions' own means;
   * `sigma2A`, `sigma2B`: variance among repeats of one question; `kA`, `kB`: repeats.
   */
  | {
      readonly test: 'repeated_questions';
      readonly omega2: number;
      readonly sigma2A: number;
      readonly sigma2B: number;
      readonly kA: number;
      readonly kB: number;
    };

/** A number of records: the formula's result, and the integer to use. */
export interface RequiredRecords {
  /** Pairs, or records of the first group. */
  readonly n: number;
  readonly nCeil: number;
}

/**
 * How many records are required to find a difference of means.
 *
 * `t` uses the noncentral t distribution and counts both tails; `normal` is Miller's formula, one tail.
 *
 * @param delta The true difference.
 * @throws {StatisticsError} `STATISTICS_NO_EFFECT` for a difference of 0, `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 * @see Cohen (1988), Statistical Power Analysis; Miller (2024), arXiv:2411.00640
 *
 * @example
 * ```ts
 * import { requiredRecords } from '@testbench/statistics/power';
 *
 * requiredRecords({ test: 'paired_mean', sd: 1 }, 0.5).nCeil; // => 34
 * ```
 */
export function requiredRecords(
  design: PowerDesign,
  delta: number,
  options?: PowerOptions,
): RequiredRecords {
  const { alpha, power } = read(options);
  requireEffect(delta);
  const variance = normalVariance(design);
  if (variance !== undefined) {
    return ceil((quantileSum(alpha, power) ** 2 * variance) / delta ** 2);
  }
  const f = (n: number): number => powerByT(design, n, delta, alpha) - power;
  let high = 4;
  while (f(high) < 0 && high < 1e12) high *= 2;
  return ceil(solveIncreasing(f, smallest(design), high));
}

/**
 * The least difference of means that a number of records can show.
 *
 * @param n Pairs, or records of the first group.
 * @throws {StatisticsError} `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function detectableDifference(
  design: PowerDesign,
  n: number,
  options?: PowerOptions,
): number {
  const { alpha, power } = read(options);
  requireCount('n', n, Number.MIN_VALUE);
  const variance = normalVariance(design);
  if (variance !== undefined) return quantileSum(alpha, power) * Math.sqrt(variance / n);
  const f = (delta: number): number => powerByT(design, n, delta, alpha) - power;
  let high = 1e-6 * (design as { sd: number }).sd;
  while (f(high) < 0 && high < 1e300) high *= 2;
  return solveIncreasing(f, 0, high);
}

/**
 * The probability that a difference of means is found with a number of records.
 *
 * @throws {StatisticsError} `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 */
export function powerOf(
  design: PowerDesign,
  n: number,
  delta: number,
  options?: Pick<PowerOptions, 'alpha'>,
): number {
  const { alpha } = read(options);
  requireCount('n', n, Number.MIN_VALUE);
  const variance = normalVariance(design);
  if (variance === undefined) return powerByT(design, n, delta, alpha);
  return normalLowerTail(Math.abs(delta) / Math.sqrt(variance / n) - normalQuantile(1 - alpha / 2));
}

/** Variance of one pair of records, for the designs that use the normal distribution. */
function normalVariance(design: PowerDesign): number | undefined {
  if (design.test === 'repeated_questions') {
    return design.omega2 + design.sigma2A / design.kA + design.sigma2B / design.kB;
  }
  if (design.method !== 'normal') return undefined;
  return design.test === 'paired_mean' ? design.sd ** 2 : design.sdA ** 2 + design.sdB ** 2;
}

/** With fewer records, a variance cannot be estimated. */
function smallest(design: PowerDesign): number {
  if (design.test !== 'unpaired_mean') return 1 + 1e-9;
  const ratio = 'ratio' in design ? (design.ratio ?? 1) : 1;
  return 2 / (1 + ratio) + 1e-9;
}

function powerByT(design: PowerDesign, n: number, delta: number, alpha: number): number {
  const { sd } = design as { readonly sd: number };
  const isPaired = design.test === 'paired_mean';
  const ratio = isPaired ? 1 : ((design as { readonly ratio?: number }).ratio ?? 1);
  const df = isPaired ? n - 1 : n * (1 + ratio) - 2;
  if (df <= 0) return 0;
  const size = isPaired ? n : (n * ratio) / (1 + ratio);
  const noncentrality = (Math.abs(delta) / sd) * Math.sqrt(size);
  return noncentralStudentBeyond(studentQuantile(1 - alpha / 2, df), df, noncentrality);
}

/** Shares of successes of two groups of different records. */
export interface ProportionDesign {
  readonly p1: number;
  readonly p2: number;
}

/**
 * How many records per group are required to distinguish two shares of successes.
 *
 * @param options.method `arcsine`: by Cohen's h, both tails; `pooled`: the textbook formula, as in R's `power.prop.test`. @default 'arcsine'
 * @throws {StatisticsError} `STATISTICS_NO_EFFECT`, `STATISTICS_INVALID_P`.
 * @see Cohen (1988), Statistical Power Analysis; Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions
 */
export function requiredRecordsForProportions(
  { p1, p2 }: ProportionDesign,
  options?: PowerOptions & { readonly method?: 'arcsine' | 'pooled' },
): RequiredRecords {
  const { method, ...rest } = readOptions(options, {
    ...POWER_OPTIONS,
    method: oneOf('arcsine', 'pooled'),
  });
  const { alpha, power } = read(rest);
  requireProbability('p1', p1);
  requireProbability('p2', p2);
  requireEffect(p1 - p2);
  if (method === 'pooled') {
    const p = (p1 + p2) / 2;
    const root =
      normalQuantile(1 - alpha / 2) * Math.sqrt(2 * p * (1 - p)) +
      normalQuantile(power) * Math.sqrt(p1 * (1 - p1) + p2 * (1 - p2));
    return ceil(root ** 2 / (p1 - p2) ** 2);
  }
  const f = (n: number): number => arcsinePower(p1, p2, n, alpha) - power;
  let high = 4;
  while (f(high) < 0 && high < 1e15) high *= 2;
  return ceil(solveIncreasing(f, 0, high));
}

/**
 * The smallest share above `p1` that can be distinguished from it with n records in each group, by Cohen's h.
 *
 * @throws {StatisticsError} `STATISTICS_UNREACHABLE` if even 1 cannot be, `STATISTICS_INVALID_P`.
 */
export function detectableProportion(p1: number, n: number, options?: PowerOptions): number {
  const { alpha, power } = read(options);
  requireProbability('p1', p1);
  const f = (p2: number): number => arcsinePower(p1, p2, n, alpha) - power;
  if (f(1) < 0) {
    throw new StatisticsError(
      'STATISTICS_UNREACHABLE',
      `Cannot tell any share from ${p1} with ${n} records in a group`,
    );
  }
  return solveIncreasing(f, p1, 1);
}

function arcsinePower(p1: number, p2: number, n: number, alpha: number): number {
  const h = Math.abs(2 * Math.asin(Math.sqrt(p1)) - 2 * Math.asin(Math.sqrt(p2)));
  const z = normalQuantile(1 - alpha / 2);
  const shift = h * Math.sqrt(n / 2);
  return normalUpperTail(z - shift) + normalLowerTail(-z - shift);
}

/**
 * How many records are required to distinguish two systems by McNemar's test.
 *
 * @param discordant Expected shares of records on which exactly one of them is right.
 * @throws {StatisticsError} `STATISTICS_NO_EFFECT`, `STATISTICS_INVALID_P`.
 * @see Connor (1987), doi:10.2307/2531961, with Miettinen's (1968) first-order form
 */
export function requiredRecordsForMcNemar(
  { p10, p01 }: { readonly p10: number; readonly p01: number },
  options?: PowerOptions,
): RequiredRecords {
  const { alpha, power } = read(options);
  requireProbability('p10', p10);
  requireProbability('p01', p01);
  const d = p10 - p01;
  requireEffect(d);
  const pd = p10 + p01;
  const root =
    normalQuantile(1 - alpha / 2) * Math.sqrt(pd) + normalQuantile(power) * Math.sqrt(pd - d * d);
  return ceil(root ** 2 / d ** 2);
}

/**
 * The smallest difference in the share of right answers that McNemar's test shows with a number of records.
 *
 * @param discordant Expected share of records on which exactly one of the two systems is right.
 * @throws {StatisticsError} `STATISTICS_UNREACHABLE` if even a difference as large as `discordant` could not be shown,
 *   `STATISTICS_INVALID_P`, `STATISTICS_INVALID_ARGUMENT`.
 * @see requiredRecordsForMcNemar, of which it is the inverse
 *
 * @example
 * ```ts
 * import { detectableForMcNemar, requiredRecordsForMcNemar } from '@testbench/statistics/power';
 *
 * const difference = detectableForMcNemar(0.1, 1319);
 * difference.toFixed(4); // => '0.0244'
 * const [p10, p01] = [(0.1 + difference) / 2, (0.1 - difference) / 2];
 * Math.round(requiredRecordsForMcNemar({ p10, p01 }).n); // => 1319
 * ```
 */
export function detectableForMcNemar(
  discordant: number,
  n: number,
  options?: PowerOptions,
): number {
  const { alpha, power } = read(options);
  requireProbability('discordant', discordant);
  requireCount('n', n, Number.MIN_VALUE);
  // How far the test's own bound is below the difference: this grows with the difference.
  const f = (d: number): number =>
    d * Math.sqrt(n) -
    normalQuantile(1 - alpha / 2) * Math.sqrt(discordant) -
    normalQuantile(power) * Math.sqrt(discordant - d * d);
  if (discordant === 0 || f(discordant) < 0) {
    throw new StatisticsError(
      'STATISTICS_UNREACHABLE',
      `Cannot show any difference with ${n} records of which a share of ${discordant} differs`,
    );
  }
  return solveIncreasing(f, 0, discordant);
}

const POWER_OPTIONS: OptionChecks<PowerOptions> = { alpha: SHARE, power: SHARE };

function read(options: PowerOptions | undefined): Required<PowerOptions> {
  const { alpha = 0.05, power = 0.8 } = readOptions(options, POWER_OPTIONS);
  return { alpha, power };
}

function quantileSum(alpha: number, power: number): number {
  return normalQuantile(1 - alpha / 2) + normalQuantile(power);
}

function requireEffect(delta: number): void {
  if (delta !== 0) return;
  throw new StatisticsError(
    'STATISTICS_NO_EFFECT',
    'Cannot plan for a difference of 0: no number of records shows it',
  );
}

/** Rounding errors must not add a record. */
function ceil(n: number): RequiredRecords {
  return { n, nCeil: Math.ceil(n - 1e-9) };
}
