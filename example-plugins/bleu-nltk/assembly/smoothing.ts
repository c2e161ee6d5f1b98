import { invalidInput } from "@testbench/plugins-sdk";

/** The order of n-grams that methods 5 and 7 look at behind the last one, however many there are. */
const FURTHER_ORDER: i32 = 5;

/** NLTK's ways to smooth precisions of n-grams, after Chen and Cherry (2014), "A Systematic Comparison of Smoothing Techniques for Sentence-Level BLEU". */
@final
export class Smoothing {
  constructor(
    private matches: StaticArray<f64>,
    private totals: StaticArray<f64>,
    /** How many n-grams there are; not at least 1, unlike `totals`. */
    private ngrams: StaticArray<f64>,
    private length: f64,
  ) {}

  /** How many orders must be counted for so many that are scored. */
  static ordersOf(method: i32, orders: i32): i32 {
    return method == 5 || method == 7 ? max(orders, FURTHER_ORDER) : orders;
  }

  precisions(method: i32, orders: i32, epsilon: f64, alpha: f64, k: f64): StaticArray<f64> {
    const precisions = new StaticArray<f64>(orders);
    for (let order = 0; order < orders; order++) precisions[order] = this.matches[order] / this.totals[order];
    if (method == 0) this.keepPositive(precisions);
    else if (method == 1) this.addToNothing(precisions, epsilon);
    else if (method == 2) this.addOne(precisions);
    else if (method == 3) this.halve(precisions, 1);
    else if (method == 6) this.interpolate(precisions, alpha);
    // One token has no logarithm to divide by.
    if ((method == 4 || method == 7) && this.length > 1) this.halve(precisions, Math.log(this.length) / k);
    if (method == 5 || method == 7) this.average(precisions);
    return precisions;
  }

  /** Without smoothing NLTK takes the least number for an order of which nothing fits. */
  private keepPositive(precisions: StaticArray<f64>): void {
    for (let order = 0; order < precisions.length; order++) precisions[order] = max(precisions[order], f64.MIN_NORMAL_VALUE);
  }

  private addToNothing(precisions: StaticArray<f64>, epsilon: f64): void {
    for (let order = 0; order < precisions.length; order++) {
      if (this.matches[order] == 0) precisions[order] = epsilon / this.totals[order];
    }
  }

  private addOne(precisions: StaticArray<f64>): void {
    for (let order = 1; order < precisions.length; order++) {
      precisions[order] = (this.matches[order] + 1) / (this.totals[order] + 1);
    }
  }

  /** Of each order without a match, half as much as of the one before. */
  private halve(precisions: StaticArray<f64>, first: f64): void {
    let count = first;
    for (let order = 0; order < precisions.length; order++) {
      if (this.matches[order] > 0) continue;
      count /= 2;
      precisions[order] = count / this.totals[order];
    }
  }

  /** With the neighbours: the order before, as it came out, and the one behind. */
  private average(precisions: StaticArray<f64>): void {
    const further = this.matches[FURTHER_ORDER - 1] / this.totals[FURTHER_ORDER - 1];
    let before = precisions[0] + 1;
    for (let order = 0; order < precisions.length; order++) {
      const behind = order + 1 < precisions.length ? precisions[order + 1] : further;
      before = (before + precisions[order] + behind) / 3;
      precisions[order] = before;
    }
  }

  /** With what the two orders before lead to expect. */
  private interpolate(precisions: StaticArray<f64>, alpha: f64): void {
    if (precisions.length < 3 || precisions[2] == 0) {
      invalidInput("Cannot smooth: method 6 needs a common 3-gram, and three weights or more");
      return;
    }
    for (let order = 2; order < precisions.length; order++) {
      const before = precisions[order - 2];
      const prior = before == 0 ? 0 : (precisions[order - 1] * precisions[order - 1]) / before;
      precisions[order] = (this.matches[order] + alpha * prior) / (this.ngrams[order] + alpha);
    }
  }
}
