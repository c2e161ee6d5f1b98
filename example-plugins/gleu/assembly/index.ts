import {
  CorpusEvaluator, Evaluation, EvaluatorInput, invalidInput, lowerCase, NgramMatcher, oneOf, plugin, range, readReferences, separate13a, Sums, Vocabulary,
} from "@testbench/plugins-sdk";

class Options {
  /** Shortest n-grams. */
  @range(1, 16)
  min_len: i32 = 1;
  /** Longest n-grams. */
  @range(1, 16)
  max_len: i32 = 4;
  /** `13a` as Google BLEU of Hugging Face; `none` splits at white space only. */
  @oneOf(["13a", "none"])
  tokenize: string = "13a";
  /** Lower-cases all letters first. */
  lowercase: bool = false;
}

@plugin({ name: "gleu", reads: ["output", "expected"] })
export class Gleu extends CorpusEvaluator {
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
        this.count(output.at(index).text(), readReferences(references.at(index), `expected[${index}]`));
      }
    } else {
      this.count(input.output, input.references);
    }
    return new Evaluation(this.total > 0 ? <f64>this.matches / this.total : 0)
      .metric("matches", this.matches)
      .metric("total", this.total);
  }

  /** Of any set of sentences: the GLEU of the corpus that they are. */
  aggregate(sums: Sums): Evaluation {
    const total = sums.get("total");
    const gleu = total > 0 ? sums.get("matches") / total : 0;
    return new Evaluation(gleu).metric("gleu", gleu);
  }

  /** Adds the counts with the first of the references that give the best score. */
  private count(text: string, references: string[]): void {
    const vocabulary = new Vocabulary(text.length >> 2);
    const given = this.words(text, vocabulary);
    let matches = 0;
    let total = 0;
    for (let index = 0; index < references.length; index++) {
      const expected = this.words(references[index], vocabulary);
      const all = max(this.countNgrams(given.length), this.countNgrams(expected.length));
      if (all == 0) continue;
      let common = 0;
      const ngrams = new NgramMatcher(given, [expected]);
      while (ngrams.order < this.config.max_len) {
        const found = ngrams.next();
        if (ngrams.order >= this.config.min_len) common += found;
      }
      if (total == 0 || <f64>common / all > <f64>matches / total) {
        matches = common;
        total = all;
      }
    }
    this.matches += matches;
    this.total += total;
  }

  private words(text: string, vocabulary: Vocabulary): StaticArray<i32> {
    const config = this.config;
    if (config.lowercase) text = lowerCase(text);
    return vocabulary.split(config.tokenize == "13a" ? separate13a(text) : text);
  }

  /** How many n-grams so many words have. */
  private countNgrams(words: i32): i32 {
    let count = 0;
    for (let order = this.config.min_len; order <= this.config.max_len; order++) count += max(0, words - order + 1);
    return count;
  }
}
