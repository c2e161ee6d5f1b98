import { Evaluation, Evaluator, EvaluatorInput, NgramMatcher, oneOf, plugin, Vocabulary } from "@testbench/plugins-sdk";

import { countSummaryHits, Overlap } from "./overlap";
import { Subsequences } from "./subsequence";
import { tokenize, Words } from "./tokenize";

const TYPES: string[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

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
    const references = input.references;
    const output = input.output;
    const best: Overlap[] = [];
    for (let index = 0; index < references.length; index++) {
      const overlaps = this.compare(references[index], output);
      for (let type = 0; type < TYPES.length; type++) {
        if (index == 0) best.push(overlaps[type]);
        else if (overlaps[type].fmeasure > best[type].fmeasure) best[type] = overlaps[type];
      }
    }
    const evaluation = new Evaluation(0);
    for (let type = 0; type < best.length; type++) {
      if (TYPES[type] == this.config.type) evaluation.score = best[type].fmeasure;
      evaluation
        .metric(TYPES[type] + "_precision", best[type].precision)
        .metric(TYPES[type] + "_recall", best[type].recall)
        .metric(TYPES[type] + "_fmeasure", best[type].fmeasure);
    }
    return evaluation;
  }

  /** One overlap for each type. */
  private compare(target: string, prediction: string): Overlap[] {
    const stemmed = this.config.use_stemmer;
    const vocabulary = new Vocabulary((target.length + prediction.length) >> 3);
    const expected = tokenize(target, stemmed, vocabulary);
    const given = tokenize(prediction, stemmed, vocabulary);
    const symbols = vocabulary.size;
    const ngrams = new NgramMatcher(given.numbers, [expected.numbers]);
    const longest = new Subsequences(expected.numbers, 0, expected.length, symbols).longest(given.numbers);
    return [
      Overlap.of(ngrams.next(), expected.length, given.length),
      Overlap.of(ngrams.next(), expected.length - 1, given.length - 1),
      Overlap.of(longest, expected.length, given.length),
      Overlap.of(countSummaryHits(expected, given, symbols), expected.length, given.length),
    ];
  }
}
