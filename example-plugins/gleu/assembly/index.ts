import {
  countWordNgrams, Evaluation, Evaluator, EvaluatorInput, invalidInput, NgramCounts, oneOf, plugin, range, splitWords,
} from "@testbench/plugins-sdk";

import { tokenize13a } from "./tokenize";

class Options {
  /** Shortest n-grams. */
  @range(1, 16)
  min_len: i32 = 1;
  /** Longest n-grams. */
  @range(1, 16)
  max_len: i32 = 4;
  /** How a line is divided into tokens: `13a` as Google BLEU of Hugging Face does, `none` at white space only. */
  @oneOf(["13a", "none"])
  tokenize: string = "13a";
  /** Makes all letters lower case first. */
  lowercase: bool = false;
}

@plugin({ name: "gleu" })
export class Gleu extends Evaluator {
  config: Options = new Options();
  private matches: i32 = 0;
  private total: i32 = 0;

  /**
   * A sentence: `output` is a string, `expected` one reference or a list of them. A corpus: `output` is a list
   * of sentences, `expected` a list of the same length, and `expected[i]` is the references of sentence i.
   */
  evaluate(input: EvaluatorInput): Evaluation {
    this.matches = 0;
    this.total = 0;
    const output = input.field("output");
    if (output.isArray) {
      const references = input.field("expected");
      if (references.length != output.length) {
        invalidInput(`Cannot evaluate: ${output.length} sentences, references for ${references.length}`);
        return new Evaluation(0);
      }
      for (let index = 0; index < output.length; index++) {
        this.count(output.at(index).text(), references.at(index).texts());
      }
    } else {
      this.count(input.output, input.references);
    }
    return new Evaluation(this.total > 0 ? <f64>this.matches / this.total : 0)
      .metric("matches", this.matches)
      .metric("total", this.total);
  }

  /** Adds the counts with the first of the references that give the best score. */
  private count(text: string, references: string[]): void {
    const given = this.ngrams(text);
    let matches = 0;
    let total = 0;
    for (let index = 0; index < references.length; index++) {
      const expected = this.ngrams(references[index]);
      const all = max(countAll(given), countAll(expected));
      if (all == 0) continue;
      let common = 0;
      for (let order = 0; order < given.length; order++) common += given[order].overlap(expected[order]);
      if (total == 0 || <f64>common / all > <f64>matches / total) {
        matches = common;
        total = all;
      }
    }
    this.matches += matches;
    this.total += total;
  }

  /** Counts for each order. */
  private ngrams(text: string): NgramCounts[] {
    const config = this.config;
    if (config.lowercase) text = text.toLowerCase();
    const words = config.tokenize == "13a" ? tokenize13a(text) : splitWords(text);
    const counts: NgramCounts[] = [];
    for (let order = config.min_len; order <= config.max_len; order++) counts.push(countWordNgrams(words, order));
    return counts;
  }
}

function countAll(counts: NgramCounts[]): i32 {
  let all = 0;
  for (let index = 0; index < counts.length; index++) all += counts[index].total;
  return all;
}
