import { proportionInterval } from '@testbench/statistics';
import { studentQuantile } from '@testbench/statistics/distributions';

/** Method of an interval. */
export type IntervalMethod = 'wilson' | 'student';

/** A two-sided 95 % confidence interval of a mean. */
export interface ConfidenceInterval {
  readonly low: number;
  readonly high: number;
  readonly method: IntervalMethod;
}

/**
 * Sums up scores from 0 to 1 in constant memory: count, mean and a 95 % confidence interval.
 *
 * While every score is 0 or 1 the interval is Wilson's for a proportion, which keeps its coverage for few
 * records and near 0 and 1, where the textbook interval p ± 1.96 √(p(1−p)/n) fails. Otherwise it is
 * Student's t interval of the mean, cut to [0, 1]. Both take the records as independent draws.
 *
 * @see Wilson (1927), doi:10.1080/01621459.1927.10502953
 * @see Brown, Cai and DasGupta (2001), Interval Estimation for a Binomial Proportion, doi:10.1214/ss/1009213286
 * @see Welford (1962), doi:10.1080/00401706.1962.10490022, for the sum of squares
 *
 * @example
 * ```ts
 * import { ScoreTally } from '@testbench/bench/results';
 *
 * const tally = new ScoreTally();
 * for (const score of [1, 0, 1, 1]) tally.add(score);
 * tally.mean; // => 0.75
 * tally.interval()?.method; // => 'wilson'
 * ```
 */
export class ScoreTally {
  #count = 0;
  // The mean is a quotient of two whole numbers while scores are 0 or 1: as exact as a double can be.
  #sum = 0;
  /** Sum of the squared distances from the mean. */
  #squares = 0;
  #binary = true;

  /** Adds one score in [0, 1]. */
  add(score: number): void {
    const before = this.#count === 0 ? score : this.#sum / this.#count;
    this.#count += 1;
    this.#sum += score;
    this.#squares += (score - before) * (score - this.#sum / this.#count);
    this.#binary &&= score === 0 || score === 1;
  }

  /** Number of scores. */
  get count(): number {
    return this.#count;
  }

  /** Arithmetic mean; undefined if there is no score. */
  get mean(): number | undefined {
    return this.#count === 0 ? undefined : this.#sum / this.#count;
  }

  /** Standard deviation with n − 1 in the denominator; undefined for fewer than two scores. */
  get standardDeviation(): number | undefined {
    return this.#count < 2 ? undefined : Math.sqrt(this.#squares / (this.#count - 1));
  }

  /** The 95 % interval of the mean; undefined if there are too few scores. */
  interval(): ConfidenceInterval | undefined {
    const { mean, standardDeviation } = this;
    if (mean === undefined) return undefined;
    if (this.#binary) {
      const { lower, upper } = proportionInterval(this.#sum, this.#count);
      return { low: lower!, high: upper!, method: 'wilson' };
    }
    if (standardDeviation === undefined) return undefined;
    return studentInterval(mean, standardDeviation, this.#count);
  }
}

function studentInterval(mean: number, deviation: number, count: number): ConfidenceInterval {
  const margin = (studentQuantile(0.975, count - 1) * deviation) / Math.sqrt(count);
  return { low: Math.max(0, mean - margin), high: Math.min(1, mean + margin), method: 'student' };
}
