import {
  CorpusEvaluator, Evaluation, EvaluatorInput, haveReferences, lowerCase, NgramMatcher, oneOf, plugin, range, Sums, Vocabulary,
} from "@testbench/plugins-sdk";

import { BleuStatistics } from "./statistics";
import { tokenize } from "./tokenize";

class Options {
  /** How a line is split into tokens. `char` splits into characters; `none` at white space only. */
  @oneOf(["13a", "intl", "none", "char"])
  tokenize: string = "13a";
  /** What an n-gram order without a match counts as. */
  @oneOf(["exp", "floor", "add-k", "none"])
  smooth_method: string = "exp";
  /** Value for `floor` (0.1 if negative) and `add-k` (1 if negative). */
  smooth_value: f64 = -1;
  /** Leaves out the orders that a short sentence has no n-grams of. `auto`: for sentences, not for corpora. */
  @oneOf(["auto", "yes", "no"])
  effective_order: string = "auto";
  /** Longest n-grams. */
  @range(1, 8)
  max_ngram_order: i32 = 4;
  /** Lower-cases all letters first. */
  lowercase: bool = false;
}

@plugin({ name: "bleu", reads: ["output", "expected"] })
export class Bleu extends CorpusEvaluator {
  config: Options = new Options();

  /**
   * A sentence: `output` is a string, `expected` one reference or a list of them. A corpus: `output` is a list
   * of sentences, `expected` a list of streams, and `expected[k][i]` is reference k of sentence i; an empty
   * one counts as missing.
   */
  evaluate(input: EvaluatorInput): Evaluation {
    const config = this.config;
    const output = input.field("output");
    const statistics = new BleuStatistics(config.max_ngram_order);
    let sentence = true;
    if (output.isArray) {
      sentence = false;
      const streams = input.field("expected");
      if (!haveReferences(streams, output.length)) return new Evaluation(0);
      for (let index = 0; index < output.length; index++) {
        const references: string[] = [];
        for (let stream = 0; stream < streams.length; stream++) {
          const reference = streams.at(stream).at(index).text();
          if (reference.length > 0) references.push(reference);
        }
        this.count(output.at(index).text(), references, statistics);
      }
    } else {
      this.count(input.output, input.references, statistics);
    }
    const evaluation = this.judge(statistics, sentence);
    statistics.report(evaluation);
    return evaluation;
  }

  /** Of any set of sentences: the BLEU of the corpus that they are. */
  aggregate(sums: Sums): Evaluation {
    const statistics = new BleuStatistics(this.config.max_ngram_order);
    statistics.read(sums);
    return this.judge(statistics, false);
  }

  private judge(statistics: BleuStatistics, sentence: bool): Evaluation {
    const config = this.config;
    const effective = config.effective_order == "yes" || (config.effective_order == "auto" && sentence);
    const bleu = statistics.score(config.smooth_method, config.smooth_value, effective);
    return new Evaluation(min(1.0, bleu / 100)).metric("bleu", bleu);
  }

  private tokens(text: string, vocabulary: Vocabulary): StaticArray<i32> {
    return tokenize(this.config.lowercase ? lowerCase(text) : text, this.config.tokenize, vocabulary);
  }

  private count(text: string, references: string[], statistics: BleuStatistics): void {
    const vocabulary = new Vocabulary(text.length >> 2);
    const given = this.tokens(text, vocabulary);
    const expected: StaticArray<i32>[] = [];
    for (let index = 0; index < references.length; index++) expected.push(this.tokens(references[index], vocabulary));
    statistics.addLengths(given.length, expected);
    const ngrams = new NgramMatcher(given, expected);
    for (let order = 1; order <= this.config.max_ngram_order; order++) {
      const matches = ngrams.next();
      statistics.addOrder(order, matches, ngrams.total);
    }
  }
}
