import { ExactSum } from '@testbench/statistics';
import { MAX_SUM_NAME_LENGTH, MAX_SUMS } from '@testbench/types/aggregate';

/** Sums of metrics, exact in any order, in memory that grows only with the number of names. */
export class MetricSums {
  readonly #sums = new Map<string, ExactSum>();
  #n = 0;

  /** Number of results added. */
  get n(): number {
    return this.#n;
  }

  /** Number of metrics. */
  get size(): number {
    return this.#sums.size;
  }

  /**
   * Adds the metrics of one result. A result that is refused is not added at all.
   *
   * @returns What is wrong with them; undefined if they are valid.
   */
  add(metrics: Readonly<Record<string, number>>): string | undefined {
    const names = Object.keys(metrics);
    const problem = problemOf(metrics, names, this.#sums);
    if (problem !== undefined) return problem;
    for (const name of names) this.#sumOf(name).add(metrics[name]!);
    this.#n += 1;
    return undefined;
  }

  /** Adds all results of other sums. @returns What is wrong; undefined if they were added. */
  merge(other: MetricSums): string | undefined {
    let fresh = this.#sums.size;
    for (const name of other.#sums.keys()) if (!this.#sums.has(name)) fresh += 1;
    if (fresh > MAX_SUMS) return tooMany();
    for (const [name, sum] of other.#sums) this.#sumOf(name).merge(sum);
    this.#n += other.#n;
    return undefined;
  }

  /** The sums as numbers, by name in the order of their names, which does not depend on the order of arrival. */
  values(): Record<string, number> {
    const names = [...this.#sums.keys()].toSorted();
    // fromEntries defines own properties, so a key `__proto__` stays data.
    return Object.fromEntries(names.map((name) => [name, this.#sums.get(name)!.value]));
  }

  #sumOf(name: string): ExactSum {
    let sum = this.#sums.get(name);
    if (sum === undefined) {
      sum = new ExactSum();
      this.#sums.set(name, sum);
    }
    return sum;
  }
}

/** Rows may also come from files, so their contents are checked again. */
function problemOf(
  metrics: Readonly<Record<string, unknown>>,
  names: readonly string[],
  known: ReadonlyMap<string, unknown>,
): string | undefined {
  let count = known.size;
  for (const name of names) {
    const value = metrics[name];
    if (name.length > MAX_SUM_NAME_LENGTH) {
      return `the name of a metric has ${name.length} characters, limit is ${MAX_SUM_NAME_LENGTH}`;
    }
    // NaN fails every comparison.
    if (typeof value !== 'number' || !(Math.abs(value) <= 2 ** 960)) {
      return `the metric ${JSON.stringify(name)} is ${String(value)}, expected a number from −2^960 to 2^960`;
    }
    if (!known.has(name)) count += 1;
  }
  return count > MAX_SUMS ? tooMany() : undefined;
}

function tooMany(): string {
  return `there are more than ${MAX_SUMS} metrics`;
}
