import { CorpusEvaluator, Evaluation, EvaluatorInput, invalidInput, NgramMatcher, oneOf, plugin, Sums, Vocabulary } from "@testbench/plugins-sdk";

import { countSummaryHits, Overlap } from "./overlap";
import { Subsequences } from "./subsequence";
import { tokenize, Words } from "./tokenize";

const TYPES: string[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];

class Options {
  /** The type whose F-measure is the score. */
  @oneOf(["rouge1", "rouge2", "rougeL", "rougeLsum"])
  type: string = "rougeL";
  /** The types to compute; the one in `type` always is. */
  types: string[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];
  /** Reduces words of more than three letters to their Porter stem. */
  use_stemmer: bool = false;
}

@plugin({ name: "rouge", reads: ["output", "expected"] })
export class Rouge extends CorpusEvaluator {
  config: Options = new Options();
  private wantsLines: bool = true;

  start(): void {
    const types = this.config.types;
    for (let index = 0; index < types.length; index++) {
      if (!TYPES.includes(types[index])) invalidInput('Cannot compute "' + types[index] + '": expected one of ' + TYPES.join(", "));
    }
    this.wantsLines = this.wants("rougeLsum");
  }

  private wants(type: string): bool {
    return this.config.type == type || this.config.types.includes(type);
  }

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
      if (!this.wants(TYPES[type])) continue;
      evaluation
        .metric(TYPES[type] + "_precision", best[type].precision)
        .metric(TYPES[type] + "_recall", best[type].recall)
        .metric(TYPES[type] + "_fmeasure", best[type].fmeasure);
    }
    return evaluation;
  }

  /** Of any set of records: the means over them, as rouge_score's `BootstrapAggregator`, whose interval a benchmark adds. */
  aggregate(sums: Sums): Evaluation {
    const evaluation = new Evaluation(0);
    for (let type = 0; type < TYPES.length; type++) {
      const name = TYPES[type];
      if (!this.wants(name)) continue;
      const fmeasure = sums.mean(name + "_fmeasure");
      if (name == this.config.type) evaluation.score = fmeasure;
      evaluation
        .metric(name + "_precision", sums.mean(name + "_precision"))
        .metric(name + "_recall", sums.mean(name + "_recall"))
        .metric(name + "_fmeasure", fmeasure);
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
    const subsequences = new Subsequences(expected.numbers, expected.length, 0, symbols);
    subsequences.load(0, expected.length);
    const longest = subsequences.longest(given.numbers);
    // Of one line each, the two are the same.
    const single = expected.lineEnds.length == 1 && given.lineEnds.length == 1;
    const lines = single || !this.wantsLines ? longest : countSummaryHits(expected, given, symbols);
    return [
      Overlap.of(ngrams.next(), expected.length, given.length),
      Overlap.of(ngrams.next(), expected.length - 1, given.length - 1),
      Overlap.of(longest, expected.length, given.length),
      Overlap.of(lines, expected.length, given.length),
    ];
  }
}
