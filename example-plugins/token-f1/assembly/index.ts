import { CorpusEvaluator, Evaluation, EvaluatorInput, joinTexts, normalizeAnswer, oneOf, plugin, splitWords, Sums, Vocabulary } from "@testbench/plugins-sdk";

class Options {
  /** Normalises as the SQuAD script does: lower case, no punctuation, no articles. */
  normalize: bool = true;
  /** Version of the SQuAD script; they differ for empty texts and questions without an answer. */
  @oneOf(["1.1", "2.0"])
  version: string = "1.1";
  /** Further words to leave out, normalised like the texts. */
  stop_words: string[] = [];
}

@plugin({ name: "token-f1", reads: ["output", "expected"] })
export class TokenF1 extends CorpusEvaluator {
  config: Options = new Options();
  private stops: string[] = [];

  start(): void {
    const words = this.config.stop_words;
    for (let index = 0; index < words.length; index++) this.stops.push(this.prepare(words[index]));
  }

  evaluate(input: EvaluatorInput): Evaluation {
    const vocabulary = new Vocabulary();
    const output = this.words(input.output, vocabulary);
    let exact = 0;
    const expected = input.field("expected");
    // SQuAD 2.0 has questions without an answer: the right answer is to give none.
    const unanswerable = this.config.version == "2.0" && expected.isArray && expected.length == 0;
    const references = unanswerable ? [""] : input.references;
    let best = new Overlap(0, 0, 0);
    for (let index = 0; index < references.length; index++) {
      const wanted = this.words(references[index], vocabulary);
      if (areEqual(output, wanted)) exact = 1;
      const empty = output.length == 0 && wanted.length == 0 && this.config.version == "2.0";
      const overlap = empty ? new Overlap(1, 1, 1) : compareWords(output, wanted, vocabulary.size);
      if (overlap.f1 > best.f1) best = overlap;
    }
    return new Evaluation(best.f1)
      .metric("f1", best.f1)
      .metric("precision", best.precision)
      .metric("recall", best.recall)
      .metric("exact", exact);
  }

  /** Of any set of records: the means over them, as the SQuAD script has them (a hundredth of what it prints). */
  aggregate(sums: Sums): Evaluation {
    const f1 = sums.mean("f1");
    return new Evaluation(f1)
      .metric("f1", f1)
      .metric("precision", sums.mean("precision"))
      .metric("recall", sums.mean("recall"))
      .metric("exact", sums.mean("exact"));
  }

  private prepare(text: string): string {
    return this.config.normalize ? normalizeAnswer(text) : text;
  }

  private words(text: string, vocabulary: Vocabulary): StaticArray<i32> {
    text = this.prepare(text);
    return vocabulary.split(this.stops.length > 0 ? withoutStops(text, this.stops) : text);
  }
}

function withoutStops(text: string, stops: string[]): string {
  const words = splitWords(text);
  const kept: string[] = [];
  for (let index = 0; index < words.length; index++) if (!stops.includes(words[index])) kept.push(words[index]);
  return joinTexts(kept, " ");
}

@final
class Overlap {
  constructor(
    readonly precision: f64,
    readonly recall: f64,
    readonly f1: f64,
  ) {}
}

function areEqual(a: StaticArray<i32>, b: StaticArray<i32>): bool {
  if (a.length != b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] != b[index]) return false;
  return true;
}

/** Compares two texts as bags of words. */
function compareWords(output: StaticArray<i32>, expected: StaticArray<i32>, size: i32): Overlap {
  const left = new StaticArray<i32>(size);
  for (let index = 0; index < expected.length; index++) left[expected[index]]++;
  let same = 0;
  for (let index = 0; index < output.length; index++) {
    const word = output[index];
    if (left[word] == 0) continue;
    left[word]--;
    same++;
  }
  if (same == 0) return new Overlap(0, 0, 0);
  const precision = <f64>same / output.length;
  const recall = <f64>same / expected.length;
  return new Overlap(precision, recall, (2 * precision * recall) / (precision + recall));
}
