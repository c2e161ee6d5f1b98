/** Buckets per doubling: a bucket is at most 19 % wide, so a percentile is accurate to within a tenth. */
const BUCKETS_PER_OCTAVE = 4;
/** One microsecond; anything shorter counts as this. */
const SMALLEST = 0.001;
/** Reaches to 2^30 µs, about 18 minutes. */
const BUCKETS = 30 * BUCKETS_PER_OCTAVE;

/** Percentiles of a duration, in milliseconds, each within a tenth. */
export interface DurationSummary {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  /** Exact. */
  readonly max: number;
}

/** Counts durations in buckets that grow by the fourth root of two: half a kilobyte, regardless of how many are recorded. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #max = 0;
  /** The last duration and its bucket: calls that run together have the same, and a logarithm is expensive. */
  #last = -1;
  #lastIndex = 0;

  /** @param durationMs In milliseconds. */
  record(durationMs: number): void {
    if (durationMs !== this.#last) {
      const octaves = Math.log2(Math.max(durationMs, SMALLEST) / SMALLEST);
      this.#lastIndex = Math.min(Math.floor(octaves * BUCKETS_PER_OCTAVE), BUCKETS - 1);
      this.#last = durationMs;
    }
    const index = this.#lastIndex;
    this.#counts[index] = (this.#counts[index] ?? 0) + 1;
    this.#count += 1;
    if (durationMs > this.#max) this.#max = durationMs;
  }

  summary(): DurationSummary {
    return {
      count: this.#count,
      p50: this.#percentile(0.5),
      p90: this.#percentile(0.9),
      p99: this.#percentile(0.99),
      max: this.#max,
    };
  }

  #percentile(share: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.ceil(share * this.#count);
    let seen = 0;
    for (let index = 0; index < BUCKETS; index += 1) {
      seen += this.#counts[index] ?? 0;
      if (seen >= rank) {
        // The middle of the bucket, on the logarithmic scale.
        const middle = SMALLEST * 2 ** ((index + 0.5) / BUCKETS_PER_OCTAVE);
        return Math.min(middle, this.#max);
      }
    }
    return this.#max;
  }
}
