import { invalid } from './arguments.js';

/** Maximum size of an addend, so that 2^53 of them cannot overflow in between: whether they did would depend on their order. */
const LARGEST_ADDEND = 2 ** 960;

/**
 * A sum whose value does not depend on the order or the grouping of the addends: the number nearest to the exact sum. Integers
 * stay integers, up to 2^53 without any rounding.
 *
 * It keeps a few non-overlapping numbers that together are the exact sum: one for integers, two or three for scores, 40 at most.
 *
 * @see Shewchuk (1997), Adaptive Precision Floating-Point Arithmetic, doi:10.1007/PL00009321; Python's `math.fsum`
 *
 * @example
 * ```ts
 * import { ExactSum } from '@testbench/statistics';
 *
 * const sum = new ExactSum();
 * for (const value of [0.1, 1e100, 0.2, -1e100]) sum.add(value);
 * sum.value; // => 0.30000000000000004
 * ```
 */
export class ExactSum {
  /** Integers, as far as a double represents them exactly: most metrics are counts. */
  #whole = 0;
  /** All other addends, as numbers from the smallest to the largest; no two have a bit of the same weight. */
  readonly #parts: number[] = [];

  /**
   * Adds a number.
   *
   * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT` for NaN, and for values above 2^960 or below −2^960, such as an infinity.
   */
  add(value: number): void {
    if (Number.isInteger(value) && Number.isSafeInteger(this.#whole + value)) {
      this.#whole += value;
      return;
    }
    // NaN fails every comparison.
    if (!(Math.abs(value) <= LARGEST_ADDEND)) {
      throw invalid('value', 'a number from −2^960 to 2^960', value);
    }
    grow(this.#parts, value);
  }

  /** Adds another sum. */
  merge(other: ExactSum): void {
    // A copy: it may be the same sum.
    for (const part of [...other.#parts, other.#whole]) grow(this.#parts, part);
  }

  /** The sum, rounded once; 0 for none. */
  get value(): number {
    const parts = [...this.#parts];
    grow(parts, this.#whole);
    let index = parts.length - 1;
    if (index < 0) return 0;
    let high = parts[index]!;
    let low = 0;
    while (index > 0) {
      const before = high;
      index -= 1;
      high = before + parts[index]!;
      low = parts[index]! - (high - before);
      if (low !== 0) break;
    }
    // Halfway between two numbers, the smaller parts decide, not the rule for ties.
    if (index > 0 && low !== 0 && low < 0 === parts[index - 1]! < 0) {
      const twice = low * 2;
      const next = high + twice;
      if (next - high === twice) return next;
    }
    return high;
  }
}

/** Adds a number, and keeps the rounding error of each addition. */
function grow(parts: number[], value: number): void {
  let large = value;
  let kept = 0;
  for (let index = 0; index < parts.length; index += 1) {
    const part = parts[index]!;
    const sum = large + part;
    // Without a branch on which of the two is larger (Knuth's two-sum).
    const added = sum - large;
    const rest = large - (sum - added) + (part - added);
    if (rest !== 0) {
      parts[kept] = rest;
      kept += 1;
    }
    large = sum;
  }
  if (large === 0) {
    parts.length = kept;
    return;
  }
  parts[kept] = large;
  if (parts.length > kept + 1) parts.length = kept + 1;
}
