import { Evaluation, Sums } from "@testbench/plugins-sdk";

/** What BLEU is computed from; that of a corpus is the sum over its sentences. */
@final
export class BleuStatistics {
  private correct: StaticArray<f64>;
  private total: StaticArray<f64>;
  // Not whole numbers of 32 bits: those of many records may be larger.
  private outputLength: f64 = 0;
  private referenceLength: f64 = 0;

  constructor(private orders: i32) {
    this.correct = new StaticArray<f64>(orders);
    this.total = new StaticArray<f64>(orders);
  }

  /** Adds a sentence's length and that of the reference which is nearest to it, the shorter of two. */
  addLengths(output: i32, references: StaticArray<i32>[]): void {
    let nearest = -1;
    for (let index = 0; index < references.length; index++) {
      const length = references[index].length;
      const gap = abs(length - output);
      const best = abs(nearest - output);
      if (nearest < 0 || gap < best || (gap == best && length < nearest)) nearest = length;
    }
    this.outputLength += output;
    this.referenceLength += max(0, nearest);
  }

  addOrder(order: i32, correct: i32, total: i32): void {
    this.correct[order - 1] += correct;
    this.total[order - 1] += total;
  }

  /** BLEU from 0 to 100, by sacreBLEU's definition. */
  score(method: string, value: f64, effectiveOrder: bool): f64 {
    if (value < 0) value = method == "floor" ? 0.1 : 1;
    let any = false;
    for (let index = 0; index < this.orders; index++) any = any || this.correct[index] > 0;
    if (!any) return 0;
    let orders = this.orders;
    let logs: f64 = 0;
    let halvings: f64 = 1;
    let reached = 0;
    for (let index = 0; index < this.orders; index++) {
      const extra = method == "add-k" && index > 0 ? value : 0;
      const correct = this.correct[index] + extra;
      const total = this.total[index] + extra;
      if (total == 0) break;
      reached = index + 1;
      if (correct > 0) {
        logs += Math.log((100 * correct) / total);
      } else if (method == "exp") {
        halvings *= 2;
        logs += Math.log(100 / (halvings * total));
      } else if (method == "floor" && value > 0) {
        logs += Math.log((100 * value) / total);
      } else {
        return 0;
      }
    }
    if (effectiveOrder) orders = reached;
    // An order that no sentence has counts as zero.
    else if (reached < orders) return 0;
    return this.brevityPenalty() * Math.exp(logs / orders);
  }

  private brevityPenalty(): f64 {
    if (this.outputLength >= this.referenceLength) return 1;
    return this.outputLength > 0 ? Math.exp(1 - this.referenceLength / this.outputLength) : 0;
  }

  /** Adds the sums, from which the score of many records together is computed exactly. */
  report(evaluation: Evaluation): void {
    for (let index = 0; index < this.orders; index++) {
      evaluation.metric("correct_" + (index + 1).toString(), this.correct[index]);
      evaluation.metric("total_" + (index + 1).toString(), this.total[index]);
    }
    evaluation.metric("output_length", this.outputLength).metric("reference_length", this.referenceLength);
  }

  /** The inverse of `report`, of one record or many. */
  read(sums: Sums): void {
    for (let index = 0; index < this.orders; index++) {
      this.correct[index] = sums.get("correct_" + (index + 1).toString());
      this.total[index] = sums.get("total_" + (index + 1).toString());
    }
    this.outputLength = sums.get("output_length");
    this.referenceLength = sums.get("reference_length");
  }
}
