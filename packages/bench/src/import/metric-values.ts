import { BenchError } from '../errors.js';
import { MAX_IMPORTED_METRICS } from './limits.js';
import type { ImportedCase } from './imported-run.js';

/** The lowest and the highest value of a metric, which become 0 and 1. */
export interface MetricRange {
  readonly low: number;
  readonly high: number;
}

/** A metric of an imported run. */
export interface ImportedMetric {
  readonly name: string;
  /** Cases that have a value. */
  readonly n: number;
  /** Mean of the values over all cases, as the files have them; null without values. */
  readonly mean: number | null;
  /** The lowest and the highest value; null without values. */
  readonly low: number | null;
  readonly high: number | null;
  /** True if it is a score of the run; otherwise its values are only in the details of the rows. */
  readonly isScore: boolean;
}

interface Tally {
  n: number;
  sum: number;
  low: number;
  high: number;
}

/** Adds up the values of metrics, and decides which of them are scores: a score is from 0 to 1. */
export class MetricValues {
  readonly #tallies = new Map<string, Tally>();
  readonly #ranges: ReadonlyMap<string, MetricRange>;
  /** Metrics that a case has, even without a value. */
  readonly #seen = new Set<string>();

  /** @param names Metrics that the files name, in their order. */
  constructor(names: readonly string[], ranges: ReadonlyMap<string, MetricRange>) {
    for (const name of names) this.#of(name);
    this.#ranges = ranges;
  }

  /** @throws {BenchError} `BENCH_DATASET_INVALID`: there are too many metrics. */
  add({ values, failure }: ImportedCase): void {
    for (const [name, value] of Object.entries(values)) {
      const tally = this.#of(name);
      this.#seen.add(name);
      if (value === null || failure !== undefined) continue;
      tally.n += 1;
      tally.sum += value;
      tally.low = Math.min(tally.low, value);
      tally.high = Math.max(tally.high, value);
    }
  }

  /** In the order in which they were named first. Metrics that no case has count only if no case has any. */
  metrics(): ImportedMetric[] {
    const isUsed = (name: string): boolean => this.#seen.size === 0 || this.#seen.has(name);
    const used = [...this.#tallies].filter(([name]) => isUsed(name));
    return used.map(([name, { n, sum, low, high }]) => {
      const range = this.rangeOf(name);
      return {
        name,
        n,
        mean: n === 0 ? null : sum / n,
        low: n === 0 ? null : low,
        high: n === 0 ? null : high,
        // Without a value it is a scorer that failed throughout.
        isScore: n === 0 || (low >= range.low && high <= range.high),
      };
    });
  }

  /** The range whose ends become 0 and 1. */
  rangeOf(name: string): MetricRange {
    return this.#ranges.get(name) ?? { low: 0, high: 1 };
  }

  /** The score of a value. */
  scoreOf(name: string, value: number): number {
    const { low, high } = this.rangeOf(name);
    return low === 0 && high === 1 ? value : (value - low) / (high - low);
  }

  /** Ranges that name no metric. */
  unknownRanges(): string[] {
    return [...this.#ranges.keys()].filter((name) => !this.#tallies.has(name));
  }

  #of(name: string): Tally {
    const known = this.#tallies.get(name);
    if (known !== undefined) return known;
    if (this.#tallies.size === MAX_IMPORTED_METRICS) {
      throw new BenchError(
        'BENCH_DATASET_INVALID',
        `Cannot import a run: expected at most ${MAX_IMPORTED_METRICS} metrics, there are more`,
      );
    }
    const tally = { n: 0, sum: 0, low: Infinity, high: -Infinity };
    this.#tallies.set(name, tally);
    return tally;
  }
}
