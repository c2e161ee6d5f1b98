import {
  Evaluation, Evaluator, EvaluatorInput, invalidInput, NgramMatcher, plugin, readReferences, Vocabulary,
} from "@testbench/plugins-sdk";

class Options {
  /** Weight of each order of n-grams, from words up. */
  weights: f64[] = [0.25, 0.25, 0.25, 0.25];
}

@plugin({ name: "bleu-nltk" })
export class BleuNltk extends Evaluator {
  config: Options = new Options();
  private matches: StaticArray<f64> = new StaticArray<f64>(0);
  private totals: StaticArray<f64> = new StaticArray<f64>(0);
  private outputLength: f64 = 0;
  private referenceLength: f64 = 0;

  /** Sentences and corpora as for `gleu`: `expected[i]` is the references of sentence i. */
  evaluate(input: EvaluatorInput): Evaluation {
    const orders = this.config.weights.length;
    this.matches = new StaticArray<f64>(orders);
    this.totals = new StaticArray<f64>(orders);
    this.outputLength = 0;
    this.referenceLength = 0;
    const output = input.field("output");
    if (output.isArray) {
      const references = input.field("expected");
      if (references.length != output.length) {
        invalidInput(`Cannot evaluate: ${output.length} sentences, references for ${references.length}`);
        return new Evaluation(0);
      }
      for (let index = 0; index < output.length; index++) this.count(output.at(index).text(), readReferences(references.at(index), `expected[${index}]`));
    } else {
      this.count(input.output, input.references);
    }
    const evaluation = new Evaluation(max(0, min(1, this.score())));
    for (let index = 0; index < orders; index++) {
      evaluation
        .metric("matches_" + (index + 1).toString(), this.matches[index])
        .metric("total_" + (index + 1).toString(), this.totals[index])
        .metric("precision_" + (index + 1).toString(), this.matches[index] / this.totals[index]);
    }
    return evaluation.metric("output_length", this.outputLength).metric("reference_length", this.referenceLength);
  }

  private count(text: string, references: string[]): void {
    const vocabulary = new Vocabulary(text.length >> 2);
    const words = vocabulary.split(text);
    const expected: StaticArray<i32>[] = [];
    // The reference nearest in length counts, the shorter one of two.
    let nearest = -1;
    for (let index = 0; index < references.length; index++) {
      const list = vocabulary.split(references[index]);
      expected.push(list);
      const gap = abs(list.length - words.length);
      const least = abs(nearest - words.length);
      if (nearest < 0 || gap < least || (gap == least && list.length < nearest)) nearest = list.length;
    }
    this.outputLength += words.length;
    this.referenceLength += max(0, nearest);
    const ngrams = new NgramMatcher(words, expected);
    for (let order = 0; order < this.matches.length; order++) {
      this.matches[order] += ngrams.next();
      // NLTK's denominator is at least 1 for each sentence.
      this.totals[order] += max(1, ngrams.total);
    }
  }

  private score(): f64 {
    if (this.matches.length == 0 || this.matches[0] == 0) return 0;
    let logs: f64 = 0;
    for (let index = 0; index < this.matches.length; index++) {
      // Without smoothing NLTK takes the least number for an order of which nothing fits.
      const precision = this.matches[index] > 0 ? this.matches[index] / this.totals[index] : f64.MIN_NORMAL_VALUE;
      logs += this.config.weights[index] * Math.log(precision);
    }
    const longer = this.outputLength > this.referenceLength;
    return (longer ? 1 : Math.exp(1 - this.referenceLength / this.outputLength)) * Math.exp(logs);
  }
}
