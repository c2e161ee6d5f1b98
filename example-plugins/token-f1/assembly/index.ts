import { Evaluation, Evaluator, EvaluatorInput, joinTexts, normalizeAnswer, plugin, splitWords } from "@testbench/plugins-sdk";

class Options {
  /** Prepares the texts as the SQuAD script does: lower case, no punctuation, no articles. */
  normalize: bool = true;
}

@plugin({ name: "token-f1" })
export class TokenF1 extends Evaluator {
  config: Options = new Options();

  evaluate(input: EvaluatorInput): Evaluation {
    const output = this.words(input.output);
    const text = joinTexts(output, " ");
    let exact = 0;
    const references = input.references;
    let best = new Overlap(0, 0, 0);
    for (let index = 0; index < references.length; index++) {
      const expected = this.words(references[index]);
      if (joinTexts(expected, " ") == text) exact = 1;
      const overlap = compareWords(output, expected);
      if (overlap.f1 > best.f1) best = overlap;
    }
    return new Evaluation(best.f1)
      .metric("precision", best.precision)
      .metric("recall", best.recall)
      .metric("exact", exact);
  }

  private words(text: string): string[] {
    return splitWords(this.config.normalize ? normalizeAnswer(text) : text);
  }
}

@final
class Overlap {
  constructor(
    readonly precision: f64,
    readonly recall: f64,
    readonly f1: f64,
  ) {}
}

/** Compares two texts as bags of words. */
function compareWords(output: string[], expected: string[]): Overlap {
  const left = new Map<string, i32>();
  for (let index = 0; index < expected.length; index++) {
    const word = expected[index];
    left.set(word, (left.has(word) ? left.get(word) : 0) + 1);
  }
  let same = 0;
  for (let index = 0; index < output.length; index++) {
    const word = output[index];
    const count = left.has(word) ? left.get(word) : 0;
    if (count == 0) continue;
    left.set(word, count - 1);
    same++;
  }
  if (same == 0) return new Overlap(0, 0, 0);
  const precision = <f64>same / output.length;
  const recall = <f64>same / expected.length;
  return new Overlap(precision, recall, (2 * precision * recall) / (precision + recall));
}
