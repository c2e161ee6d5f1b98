import {
  collapseSpace, CorpusEvaluator, countCodePoints, Evaluation, EvaluatorInput, excerpt, invalidInput, Json, lowerCase, oneOf, plugin, Sums,
} from "@testbench/plugins-sdk";

import { Ranking } from "./area";
import { Measures } from "./measures";
import { Tally } from "./tally";

/** Longer answers are texts, not names of classes; each name is a metric. */
const MAX_LABEL: i32 = 64;

class Options {
  /** The classes. Any other answer is wrong and counts in no precision. Empty: every answer or reference of up to 64 characters is a class. */
  labels: string[] = [];
  /** The classes to average F1, precision and recall over. Empty: all. */
  average: string[] = [];
  /** Ignores case. */
  ignore_case: bool = false;
  /** The score of a set. Negative values count as 0. */
  @oneOf(["macro_f1", "micro_f1", "weighted_f1", "accuracy", "balanced_accuracy", "mcc", "cohen_kappa", "auc"])
  score: string = "macro_f1";
  /** The class whose probability `probability` is; required for `auc`. */
  positive: string = "";
  /** Field with the probability of the positive class, from 0 to 1. */
  probability: string = "probability";
}

@plugin({ name: "classification" })
export class Classification extends CorpusEvaluator {
  config: Options = new Options();
  private labels: string[] = [];
  private average: string[] = [];
  private positive: string = "";

  start(): void {
    this.labels = this.prepareAll(this.config.labels);
    this.average = this.config.average.length > 0 ? this.prepareAll(this.config.average) : this.labels;
    this.positive = this.prepare(this.config.positive);
    if (this.config.score == "auc" && this.positive.length == 0) invalidInput('Cannot start: "score" is "auc", and no class is "positive"');
  }

  /** A record: `output` and `expected`, of several the one that was given. A set: lists of them, with a list of probabilities. */
  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.field("output");
    const tally = new Tally();
    const ranking = this.positive.length > 0 ? new Ranking() : null;
    const probability = input.field(this.config.probability);
    if (!output.isArray) {
      this.add(tally, ranking, input.output, input.references, probability);
      const evaluation = new Evaluation(tally.right);
      tally.report(evaluation);
      if (ranking !== null) ranking.report(evaluation);
      return evaluation;
    }
    const expected = input.field("expected");
    const count = output.length;
    if (count == 0 || expected.length != count || (ranking !== null && probability.length != count)) {
      invalidInput(`Cannot evaluate: ${count} answers, ${expected.length} right ones, ${probability.length} probabilities`);
      return new Evaluation(0);
    }
    for (let index = 0; index < count; index++) {
      this.add(tally, ranking, output.at(index).text(), [expected.at(index).text()], probability.at(index));
    }
    return this.scoreOf(tally, ranking);
  }

  aggregate(sums: Sums): Evaluation {
    return this.scoreOf(Tally.of(sums), this.positive.length > 0 ? Ranking.of(sums) : null);
  }

  private add(tally: Tally, ranking: Ranking | null, output: string, references: string[], probability: Json): void {
    // The call has failed already.
    if (references.length == 0) return;
    const answer = this.prepare(output);
    let right = this.prepare(references[0]);
    for (let index = 0; index < references.length; index++) {
      const reference = this.prepare(references[index]);
      if (!this.isLabel(reference)) {
        invalidInput(`Cannot evaluate: the right answer "${excerpt(reference)}" is none of the classes`);
        return;
      }
      if (reference == answer) right = reference;
    }
    tally.add(right, this.isLabel(answer) ? answer : null);
    if (ranking !== null) ranking.add(probability.number(), right == this.positive);
  }

  private scoreOf(tally: Tally, ranking: Ranking | null): Evaluation {
    const measures = new Measures(tally, this.average);
    const area = ranking === null ? NaN : ranking.area();
    const kind = this.config.score;
    let score = measures.macroF1;
    if (kind == "micro_f1") score = measures.microF1;
    else if (kind == "weighted_f1") score = measures.weightedF1;
    else if (kind == "accuracy") score = measures.accuracy;
    else if (kind == "balanced_accuracy") score = measures.balancedAccuracy;
    else if (kind == "mcc") score = measures.mcc;
    else if (kind == "cohen_kappa") score = measures.kappa;
    else if (kind == "auc") {
      score = area;
      if (isNaN(area)) invalidInput("Cannot evaluate: the area under the curve needs records of the positive class, and others");
    }
    // Rounding may leave a correlation of 1 a little above it.
    const evaluation = new Evaluation(max(0, min(1, score)));
    measures.report(evaluation);
    if (!isNaN(area)) evaluation.metric("auc", area);
    return evaluation;
  }

  private isLabel(text: string): bool {
    if (this.labels.length > 0) return this.labels.includes(text);
    return text.length > 0 && countCodePoints(text) <= MAX_LABEL;
  }

  private prepare(text: string): string {
    return collapseSpace(this.config.ignore_case ? lowerCase(text) : text);
  }

  private prepareAll(texts: string[]): string[] {
    const prepared: string[] = [];
    for (let index = 0; index < texts.length; index++) prepared.push(this.prepare(texts[index]));
    return prepared;
  }
}
