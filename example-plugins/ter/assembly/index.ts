import { CorpusEvaluator, Evaluation, EvaluatorInput, haveReferences, lowerCase, plugin, Sums, Vocabulary } from "@testbench/plugins-sdk";

import { countEdits } from "./edits";
import { tokenize } from "./tokenize";

class Options {
  /** Splits punctuation off, joins lines and resolves XML entities first. */
  normalized: bool = false;
  /** Removes punctuation. */
  no_punct: bool = false;
  /** With `normalized`, splits Chinese characters into words; with `no_punct`, removes full-width punctuation. */
  asian_support: bool = false;
  /** Keeps case apart. */
  case_sensitive: bool = false;
}

@plugin({ name: "ter", reads: ["output", "expected"] })
export class Ter extends CorpusEvaluator {
  config: Options = new Options();
  private edits: f64 = 0;
  private referenceLength: f64 = 0;

  /** Sentences and corpora as for `bleu`: `expected[k][i]` is reference k of sentence i. */
  evaluate(input: EvaluatorInput): Evaluation {
    this.edits = 0;
    this.referenceLength = 0;
    const output = input.field("output");
    if (output.isArray) {
      const streams = input.field("expected");
      if (!haveReferences(streams, output.length)) return new Evaluation(0);
      for (let index = 0; index < output.length; index++) {
        const references: string[] = [];
        for (let stream = 0; stream < streams.length; stream++) {
          const reference = streams.at(stream).at(index);
          if (reference.exists) references.push(reference.text());
        }
        this.count(output.at(index).text(), references);
      }
    } else {
      this.count(input.output, input.references);
    }
    return judge(this.edits, this.referenceLength);
  }

  /** Of any set of sentences: the TER of the corpus that they are. */
  aggregate(sums: Sums): Evaluation {
    return judge(sums.get("num_edits"), sums.get("ref_length"));
  }

  /** Adds the fewest edits to any reference, and the references' mean length. */
  private count(text: string, references: string[]): void {
    if (references.length == 0) return;
    const vocabulary = new Vocabulary(text.length >> 2);
    const given = this.words(text, vocabulary);
    let fewest = i32.MAX_VALUE;
    let lengths: f64 = 0;
    for (let index = 0; index < references.length; index++) {
      const expected = this.words(references[index], vocabulary);
      fewest = min(fewest, countEdits(given, expected, vocabulary.size));
      lengths += expected.length;
    }
    this.edits += fewest;
    this.referenceLength += lengths / references.length;
  }

  private words(text: string, vocabulary: Vocabulary): StaticArray<i32> {
    const config = this.config;
    if (!config.case_sensitive) text = lowerCase(text);
    return vocabulary.split(tokenize(text, config.normalized, config.no_punct, config.asian_support));
  }
}

function judge(edits: f64, referenceLength: f64): Evaluation {
  // An answer to an empty reference is all wrong, however long it is.
  const rate = referenceLength > 0 ? edits / referenceLength : edits > 0 ? 1 : 0;
  return new Evaluation(max(0, 1 - rate))
    .metric("ter", 100 * rate)
    .metric("num_edits", edits)
    .metric("ref_length", referenceLength);
}
