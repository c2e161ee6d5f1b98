import { Evaluation, invalidInput, Sums } from "@testbench/plugins-sdk";

/** Of probabilities between 0 and 1, so that they can be counted: with four decimals nothing is lost. */
const STEPS: i32 = 10_000;
const POSITIVE = "positive@";
const NEGATIVE = "negative@";

/** How often each rounded probability was given to records of the positive class, and to the others. */
@final
export class Ranking {
  private positive: StaticArray<f64> = new StaticArray<f64>(STEPS + 1);
  private negative: StaticArray<f64> = new StaticArray<f64>(STEPS + 1);

  /** Fails the call for what is no probability. */
  add(probability: f64, isPositive: bool): void {
    // NaN fails both comparisons.
    if (!(probability >= 0 && probability <= 1)) {
      invalidInput("Cannot evaluate: expected a probability from 0 to 1 of each record");
      return;
    }
    const step = <i32>Math.round(probability * STEPS);
    if (isPositive) this.positive[step]++;
    else this.negative[step]++;
  }

  report(evaluation: Evaluation): void {
    for (let step = 0; step <= STEPS; step++) {
      if (this.positive[step] > 0) evaluation.metric(POSITIVE + step.toString(), this.positive[step]);
      if (this.negative[step] > 0) evaluation.metric(NEGATIVE + step.toString(), this.negative[step]);
    }
  }

  static of(sums: Sums): Ranking {
    const ranking = new Ranking();
    const json = sums.json;
    for (let index = 0; index < json.length; index++) {
      const name = json.keyAt(index);
      const isPositive = name.startsWith(POSITIVE);
      if (!isPositive && !name.startsWith(NEGATIVE)) continue;
      const step = <i32>parseInt(name.substring(POSITIVE.length));
      if (step < 0 || step > STEPS) continue;
      const counts = isPositive ? ranking.positive : ranking.negative;
      counts[step] = json.at(index).number(0);
    }
    return ranking;
  }

  /**
   * The area under the curve of true and false positives: the share of pairs of a positive and another record in which the positive one has
   * the higher probability, where equal ones count a half. NaN without a pair.
   */
  area(): f64 {
    let below: f64 = 0;
    let won: f64 = 0;
    let positives: f64 = 0;
    for (let step = 0; step <= STEPS; step++) {
      won += this.positive[step] * (below + this.negative[step] / 2);
      below += this.negative[step];
      positives += this.positive[step];
    }
    return positives > 0 && below > 0 ? won / (positives * below) : NaN;
  }
}
