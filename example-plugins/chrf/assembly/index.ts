import {
  countCharacterNgrams, countWordNgrams, Evaluation, Evaluator, EvaluatorInput, isAsciiPunctuation, joinTexts, NgramCounts, plugin, range,
  splitWords,
} from "@testbench/plugins-sdk";

import { ChrfStatistics } from "./statistics";

class Options {
  /** Longest sequences of characters. */
  @range(1, 12)
  char_order: i32 = 6;
  /** Longest sequences of words; 0 for chrF, 2 for chrF++. */
  @range(0, 6)
  word_order: i32 = 0;
  /** How much more recall weighs than precision. */
  @range(0, 100)
  beta: f64 = 2;
  /** Makes all letters lower case first. */
  lowercase: bool = false;
  /** Counts white space as characters. */
  whitespace: bool = false;
  /** Averages F over the orders, as chrF++.py and NLTK do. */
  eps_smoothing: bool = false;
}

@plugin({ name: "chrf" })
export class Chrf extends Evaluator {
  config: Options = new Options();

  /** Sentences and corpora as for `bleu`: `expected[k][i]` is reference k of sentence i. */
  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.field("output");
    const orders = this.config.char_order + this.config.word_order;
    const sum = new ChrfStatistics(orders);
    if (output.isArray) {
      const streams = input.field("expected");
      for (let index = 0; index < output.length; index++) {
        const references: string[] = [];
        for (let stream = 0; stream < streams.length; stream++) references.push(streams.at(stream).at(index).text());
        sum.add(this.best(output.at(index).text(), references));
      }
    } else {
      sum.add(this.best(input.output, input.references));
    }
    const chrf = sum.score(this.config.beta, this.config.eps_smoothing);
    const evaluation = new Evaluation(min(1.0, chrf / 100)).metric("chrf", chrf);
    sum.report(evaluation);
    return evaluation;
  }

  /** The statistics with the reference that gives the best score. */
  private best(text: string, references: string[]): ChrfStatistics {
    const given = this.ngrams(text);
    let best = new ChrfStatistics(given.length);
    let bestScore: f64 = -1;
    for (let index = 0; index < references.length; index++) {
      const statistics = new ChrfStatistics(given.length);
      statistics.compare(given, this.ngrams(references[index]));
      const score = statistics.score(this.config.beta, this.config.eps_smoothing);
      if (score > bestScore) {
        bestScore = score;
        best = statistics;
      }
    }
    return best;
  }

  /** Counts for each order: characters first, then words. */
  private ngrams(text: string): NgramCounts[] {
    const config = this.config;
    if (config.lowercase) text = text.toLowerCase();
    const counts: NgramCounts[] = [];
    const characters = config.whitespace ? text : joinTexts(splitWords(text), "");
    for (let order = 1; order <= config.char_order; order++) counts.push(countCharacterNgrams(characters, order));
    if (config.word_order > 0) {
      const words = separatePunctuation(splitWords(text));
      for (let order = 1; order <= config.word_order; order++) counts.push(countWordNgrams(words, order));
    }
    return counts;
  }
}

/** Takes one mark off each word: the one at its end, or else the one at its start. */
function separatePunctuation(words: string[]): string[] {
  const separated: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    const last = word.length - 1;
    if (last > 0 && isAsciiPunctuation(word.charCodeAt(last))) {
      separated.push(word.substring(0, last));
      separated.push(word.substring(last));
    } else if (last > 0 && isAsciiPunctuation(word.charCodeAt(0))) {
      separated.push(word.substring(0, 1));
      separated.push(word.substring(1));
    } else {
      separated.push(word);
    }
  }
  return separated;
}
