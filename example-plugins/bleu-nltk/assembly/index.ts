import {
  CorpusEvaluator, Evaluation, EvaluatorInput, invalidInput, NgramMatcher, plugin, range, readReferences, Sums, Vocabulary,
} from "@testbench/plugins-sdk";

import { Smoothing } from "./smoothing";

class Options {
  /** Weight of each n-gram order, starting with single words. */
  weights: f64[] = [0.25, 0.25, 0.25, 0.25];
  /** NLTK's smoothing method, as numbered by Chen and Cherry (2014); 0 is none. */
  @range(0, 7)
  smoothing: i32 = 0;
  /** Count that method 1 uses in place of 0. */
  epsilon: f64 = 0.1;
  /** Weight of the prior in method 6. */
  alpha: f64 = 5;
  /** Divisor of the logarithm of the length in methods 4 and 7. */
  k: f64 = 5;
  /** Weighs the existing orders equally if the output has fewer than 4 tokens and `weights` are the default. */
  auto_reweigh: bool = false;
}

@plugin({ name: "bleu-nltk", reads: ["output", "expected"] })
export class BleuNltk extends CorpusEvaluator {
  config: Options = new Options();
  private matches: StaticArray<f64> = new StaticArray<f64>(0);
  /** NLTK's denominators: at least 1 for each sentence. */
  private totals: StaticArray<f64> = new StaticArray<f64>(0);
  private ngrams: StaticArray<f64> = new StaticArray<f64>(0);
  private outputLength: f64 = 0;
  private referenceLength: f64 = 0;

  /** Sentences and corpora as for `gleu`: `expected[i]` is the references of sentence i. */
  evaluate(input: EvaluatorInput): Evaluation {
    this.clear();
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
    const needsAll = this.config.smoothing == 6;
    for (let index = 0; index < this.matches.length; index++) {
      const order = (index + 1).toString();
      evaluation.metric("matches_" + order, this.matches[index]).metric("total_" + order, this.totals[index]);
      if (needsAll) evaluation.metric("ngrams_" + order, this.ngrams[index]);
    }
    this.reportPrecisions(evaluation);
    return evaluation.metric("output_length", this.outputLength).metric("reference_length", this.referenceLength);
  }

  /** Of any set of sentences: the BLEU of the corpus that they are. */
  aggregate(sums: Sums): Evaluation {
    this.clear();
    const needsAll = this.config.smoothing == 6;
    for (let index = 0; index < this.matches.length; index++) {
      const order = (index + 1).toString();
      this.matches[index] = sums.get("matches_" + order);
      this.totals[index] = sums.get("total_" + order);
      if (needsAll) this.ngrams[index] = sums.get("ngrams_" + order);
    }
    this.outputLength = sums.get("output_length");
    this.referenceLength = sums.get("reference_length");
    const bleu = this.score();
    const evaluation = new Evaluation(max(0, min(1, bleu))).metric("bleu", bleu);
    this.reportPrecisions(evaluation);
    return evaluation.metric("output_length", this.outputLength).metric("reference_length", this.referenceLength);
  }

  private clear(): void {
    const counted = Smoothing.ordersOf(this.config.smoothing, this.config.weights.length);
    this.matches = new StaticArray<f64>(counted);
    this.totals = new StaticArray<f64>(counted);
    this.ngrams = new StaticArray<f64>(counted);
    this.outputLength = 0;
    this.referenceLength = 0;
  }

  private reportPrecisions(evaluation: Evaluation): void {
    for (let index = 0; index < this.config.weights.length; index++) {
      evaluation.metric("precision_" + (index + 1).toString(), this.matches[index] / this.totals[index]);
    }
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
      this.totals[order] += max(1, ngrams.total);
      this.ngrams[order] += ngrams.total;
    }
  }

  private score(): f64 {
    const config = this.config;
    if (this.matches.length == 0 || this.matches[0] == 0) return 0;
    const smoothing = new Smoothing(this.matches, this.totals, this.ngrams, this.outputLength);
    const weights = this.weights();
    const precisions = smoothing.precisions(config.smoothing, config.weights.length, config.epsilon, config.alpha, config.k);
    let logs: f64 = 0;
    for (let index = 0; index < weights.length; index++) {
      // As NLTK does: what smoothing leaves at 0 does not count.
      if (precisions[index] > 0) logs += weights[index] * Math.log(precisions[index]);
    }
    const longer = this.outputLength > this.referenceLength;
    return (longer ? 1 : Math.exp(1 - this.referenceLength / this.outputLength)) * Math.exp(logs);
  }

  private weights(): f64[] {
    const weights = this.config.weights;
    if (!this.config.auto_reweigh || this.outputLength >= 4 || weights.length != 4) return weights;
    for (let index = 0; index < 4; index++) if (weights[index] != 0.25) return weights;
    const alike: f64[] = [];
    for (let index = 0; index < this.outputLength; index++) alike.push(1 / this.outputLength);
    return alike;
  }
}
