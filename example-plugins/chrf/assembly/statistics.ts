import { Evaluation, NgramMatcher, Sums } from "@testbench/plugins-sdk";

/** What sacreBLEU puts for a share that has nothing to be a share of. */
const EPSILON: f64 = 1e-16;

/** What chrF is computed from, for each order; that of a corpus is the sum over its sentences. */
@final
export class ChrfStatistics {
  private given: StaticArray<f64>;
  private expected: StaticArray<f64>;
  private matches: StaticArray<f64>;

  constructor(private orders: i32) {
    this.given = new StaticArray<f64>(orders);
    this.expected = new StaticArray<f64>(orders);
    this.matches = new StaticArray<f64>(orders);
  }

  /** Adds what two sequences have in common, in `orders` orders from place `first` on. */
  compare(first: i32, orders: i32, given: StaticArray<i32>, expected: StaticArray<i32>): void {
    const ngrams = new NgramMatcher(given, [expected]);
    for (let index = first; index < first + orders; index++) {
      this.matches[index] = ngrams.next();
      const total = max(0, expected.length - ngrams.order + 1);
      this.expected[index] = total;
      // Without n-grams of this order in the reference, those of the output do not count either.
      this.given[index] = total > 0 ? ngrams.total : 0;
    }
  }

  add(other: ChrfStatistics): void {
    for (let index = 0; index < this.orders; index++) {
      this.given[index] += other.given[index];
      this.expected[index] += other.expected[index];
      this.matches[index] += other.matches[index];
    }
  }

  /** chrF from 0 to 100, by sacreBLEU's definition. */
  score(beta: f64, smoothed: bool): f64 {
    const factor = beta * beta;
    let sum: f64 = 0;
    let precisions: f64 = 0;
    let recalls: f64 = 0;
    let effective = 0;
    for (let index = 0; index < this.orders; index++) {
      const given = this.given[index];
      const expected = this.expected[index];
      const precision = given > 0 ? this.matches[index] / given : EPSILON;
      const recall = expected > 0 ? this.matches[index] / expected : EPSILON;
      const weight = factor * precision + recall;
      sum += weight > 0 ? ((1 + factor) * precision * recall) / weight : EPSILON;
      if (given > 0 && expected > 0) {
        precisions += precision;
        recalls += recall;
        effective++;
      }
    }
    if (smoothed) return (100 * sum) / this.orders;
    if (effective == 0 || precisions + recalls == 0) return 0;
    const precision = precisions / effective;
    const recall = recalls / effective;
    // In the order of sacreBLEU, for its last digit.
    return 100 * (((1 + factor) * precision * recall) / (factor * precision + recall));
  }

  /** Adds the sums, from which the score of many records together is computed exactly. */
  report(evaluation: Evaluation): void {
    for (let index = 0; index < this.orders; index++) {
      const order = (index + 1).toString();
      evaluation
        .metric("given_" + order, this.given[index])
        .metric("expected_" + order, this.expected[index])
        .metric("matches_" + order, this.matches[index]);
    }
  }

  /** The inverse of `report`, of one record or many. */
  read(sums: Sums): void {
    for (let index = 0; index < this.orders; index++) {
      const order = (index + 1).toString();
      this.given[index] = sums.get("given_" + order);
      this.expected[index] = sums.get("expected_" + order);
      this.matches[index] = sums.get("matches_" + order);
    }
  }
}
