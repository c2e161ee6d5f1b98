import { Evaluation } from "@testbench/plugins-sdk";

import { ClassCounts, Tally } from "./tally";

/** Of more classes, a summary would have no end. */
const MAX_REPORTED: i32 = 32;

/** Precision, recall and F1, as sums over classes. */
@final
class Averages {
  precision: f64 = 0;
  recall: f64 = 0;
  f1: f64 = 0;

  add(counts: ClassCounts, weight: f64): void {
    this.precision += weight * precisionOf(counts);
    this.recall += weight * recallOf(counts);
    this.f1 += weight * f1Of(counts);
  }

  report(evaluation: Evaluation, name: string, total: f64): void {
    evaluation
      .metric(name + "_precision", share(this.precision, total))
      .metric(name + "_recall", share(this.recall, total))
      .metric(name + "_f1", share(this.f1, total));
  }
}

/** The figures of a classification, as scikit-learn defines them with `zero_division=0`. */
@final
export class Measures {
  readonly accuracy: f64;
  readonly balancedAccuracy: f64;
  readonly mcc: f64;
  readonly kappa: f64;
  private macro: Averages = new Averages();
  private weighted: Averages = new Averages();
  private micro: ClassCounts = new ClassCounts("");
  private averaged: ClassCounts[] = [];

  /** @param average The classes that are averaged over; all that occur, if there are none. */
  constructor(private tally: Tally, average: string[]) {
    const all = tally.sorted();
    if (average.length == 0) this.averaged = all;
    for (let index = 0; index < average.length; index++) this.averaged.push(tally.of(average[index]));
    for (let index = 0; index < this.averaged.length; index++) {
      const counts = this.averaged[index];
      this.macro.add(counts, 1);
      this.weighted.add(counts, counts.expected);
      this.micro.expected += counts.expected;
      this.micro.given += counts.given;
      this.micro.right += counts.right;
    }
    const n = tally.n;
    let recalls: f64 = 0;
    let occurring = 0;
    // Answers that are none of the classes are one more, which is never right.
    let products: f64 = 0;
    let given = tally.unreadable * tally.unreadable;
    let expected: f64 = 0;
    for (let index = 0; index < all.length; index++) {
      const counts = all[index];
      products += counts.expected * counts.given;
      given += counts.given * counts.given;
      expected += counts.expected * counts.expected;
      if (counts.expected == 0) continue;
      occurring++;
      recalls += recallOf(counts);
    }
    this.accuracy = share(tally.right, n);
    this.balancedAccuracy = share(recalls, occurring);
    // Gorodkin (2004), doi:10.1016/j.compbiolchem.2004.09.006
    this.mcc = share(tally.right * n - products, Math.sqrt(n * n - given) * Math.sqrt(n * n - expected));
    this.kappa = share(tally.right * n - products, n * n - products);
  }

  get macroF1(): f64 {
    return share(this.macro.f1, this.averaged.length);
  }

  get microF1(): f64 {
    return f1Of(this.micro);
  }

  get weightedF1(): f64 {
    return share(this.weighted.f1, this.micro.expected);
  }

  report(evaluation: Evaluation): void {
    evaluation
      .metric("accuracy", this.accuracy)
      .metric("balanced_accuracy", this.balancedAccuracy)
      .metric("mcc", this.mcc)
      .metric("cohen_kappa", this.kappa);
    this.macro.report(evaluation, "macro", this.averaged.length);
    this.weighted.report(evaluation, "weighted", this.micro.expected);
    evaluation
      .metric("micro_precision", precisionOf(this.micro))
      .metric("micro_recall", recallOf(this.micro))
      .metric("micro_f1", f1Of(this.micro))
      .metric("classes", this.averaged.length)
      .metric("unreadable", this.tally.unreadable);
    if (this.averaged.length > MAX_REPORTED) return;
    for (let index = 0; index < this.averaged.length; index++) {
      const counts = this.averaged[index];
      evaluation
        .metric("precision:" + counts.label, precisionOf(counts))
        .metric("recall:" + counts.label, recallOf(counts))
        .metric("f1:" + counts.label, f1Of(counts))
        .metric("support:" + counts.label, counts.expected);
    }
  }
}

function precisionOf(counts: ClassCounts): f64 {
  return share(counts.right, counts.given);
}

function recallOf(counts: ClassCounts): f64 {
  return share(counts.right, counts.expected);
}

function f1Of(counts: ClassCounts): f64 {
  return share(2 * counts.right, counts.expected + counts.given);
}

/** 0 where it is not defined. */
function share(part: f64, whole: f64): f64 {
  return whole == 0 ? 0 : part / whole;
}
