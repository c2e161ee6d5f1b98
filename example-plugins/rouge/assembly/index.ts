import { Evaluation, Evaluator, EvaluatorInput, oneOf, plugin, WordIds } from "@testbench/plugins-sdk";

import { longestCommonSubsequence, Overlap, scoreNgrams, scoreSummary } from "./overlap";
import { tokenize } from "./tokenize";

class Options {
  /** Whose F-measure is the score. */
  @oneOf(["rouge1", "rouge2", "rougeL", "rougeLsum"])
  type: string = "rougeL";
  /** Reduces words of more than three letters to their Porter stems. */
  use_stemmer: bool = false;
}

@plugin({ name: "rouge" })
export class Rouge extends Evaluator {
  config: Options = new Options();

  /** Of several right answers, the one with the best F-measure counts, for each type by itself. */
  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.output;
    const references = input.references;
    const types = ["rouge1", "rouge2", "rougeL", "rougeLsum"];
    const evaluation = new Evaluation(0);
    for (let type = 0; type < types.length; type++) {
      let best = new Overlap(0, 0, 0);
      for (let index = 0; index < references.length; index++) {
        const overlap = this.compare(types[type], references[index], output);
        if (index == 0 || overlap.fmeasure > best.fmeasure) best = overlap;
      }
      if (types[type] == this.config.type) evaluation.score = best.fmeasure;
      evaluation
        .metric(types[type] + "_precision", best.precision)
        .metric(types[type] + "_recall", best.recall)
        .metric(types[type] + "_fmeasure", best.fmeasure);
    }
    return evaluation;
  }

  private compare(type: string, target: string, prediction: string): Overlap {
    const stem = this.config.use_stemmer;
    if (type == "rougeLsum") return scoreSummary(target.split("\n"), prediction.split("\n"), stem);
    const expected = tokenize(target, stem);
    const given = tokenize(prediction, stem);
    if (type == "rouge1") return scoreNgrams(expected, given, 1);
    if (type == "rouge2") return scoreNgrams(expected, given, 2);
    if (expected.length == 0 || given.length == 0) return new Overlap(0, 0, 0);
    const ids = new WordIds();
    const common = longestCommonSubsequence(ids.of(expected), ids.of(given));
    return Overlap.of(common, expected.length, given.length);
  }
}
