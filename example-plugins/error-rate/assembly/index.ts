import {
  attachmentOf, CorpusEvaluator, Evaluation, EvaluatorInput, invalidInput, isSpace, joinTexts, levenshteinDistance, oneOf, plugin, readReferences, strip, Sums, toCodePoints,
  Vocabulary,
} from "@testbench/plugins-sdk";

import { align, Alignment } from "./align";

class Options {
  /** `word` for WER, MER, WIL and WIP; `character` for CER. */
  @oneOf(["word", "character"])
  unit: string = "word";
  /** Joins all sentences of a record into one before comparing. */
  contiguous: bool = false;
  /** Field of the attachment that holds the transcript. Empty: the transcript is in `expected`. */
  reference: string = "";
}

@plugin({
  name: "error-rate",
  capabilities: ["text_evaluation", "multi_modal_evaluation"],
  reads: ["output", "expected", "attachments"],
})
export class ErrorRate extends CorpusEvaluator {
  config: Options = new Options();

  /**
   * Takes a sentence and its reference, or several of which the nearest counts; or a list of sentences of which each has its own reference,
   * or a list of them.
   */
  evaluate(input: EvaluatorInput): Evaluation {
    const given = input.field("output");
    if (this.config.reference.length > 0) {
      const transcript = this.transcript(input);
      const answer = given.isArray ? joinTexts(given.texts(), " ") : input.output;
      return transcript === null ? new Evaluation(0) : this.errors([answer], [[transcript]]);
    }
    const expected = input.field("expected");
    const outputs = given.isArray ? given.texts() : [input.output];
    if (given.isArray && this.config.contiguous) {
      return this.errors([joinTexts(outputs, " ")], [[joinTexts(input.references, " ")]]);
    }
    const references: string[][] = [];
    if (!given.isArray) references.push(input.references);
    for (let index = 0; given.isArray && index < expected.length; index++) {
      references.push(readReferences(expected.at(index), `expected[${index}]`));
    }
    // One sentence in a list may have one reference without a list.
    if (given.isArray && !expected.isArray) references.push(input.references);
    if (outputs.length != references.length) {
      invalidInput(`Cannot evaluate: ${outputs.length} sentences, ${references.length} references`);
      return new Evaluation(0);
    }
    return this.errors(outputs, references);
  }

  /** Of any set of records: all their errors over all that was expected. With `contiguous`, sentences of one record are joined, not those of several. */
  aggregate(sums: Sums): Evaluation {
    if (this.config.unit == "word") {
      return judgeWords(sums.get("hits"), sums.get("substitutions"), sums.get("deletions"), sums.get("insertions"));
    }
    return judgeCharacters(sums.get("errors"), sums.get("characters"));
  }

  /** The text of the attachment; after a failure of the call, `null`. */
  private transcript(input: EvaluatorInput): string | null {
    const field = this.config.reference;
    const attachment = attachmentOf(input.json, field);
    let text: string | null = null;
    if (attachment !== null) text = attachment.text();
    if (text === null) invalidInput(`Cannot evaluate: attachment "${field}" is missing, or is not text in UTF-8`);
    return text;
  }

  private errors(outputs: string[], references: string[][]): Evaluation {
    return this.config.unit == "word" ? wordErrors(outputs, references) : characterErrors(outputs, references);
  }
}

function wordErrors(outputs: string[], references: string[][]): Evaluation {
  const sum = new Alignment();
  for (let index = 0; index < outputs.length; index++) sum.add(nearestAlignment(outputs[index], references[index]));
  return judgeWords(sum.hits, sum.substitutions, sum.deletions, sum.insertions)
    .metric("hits", sum.hits)
    .metric("substitutions", sum.substitutions)
    .metric("deletions", sum.deletions)
    .metric("insertions", sum.insertions);
}

/** Counts of one record or many. */
function judgeWords(hits: f64, substitutions: f64, deletions: f64, insertions: f64): Evaluation {
  const errors = substitutions + deletions + insertions;
  const expected = hits + substitutions + deletions;
  const given = hits + substitutions + insertions;
  const wer = rate(errors, expected);
  const all = expected + insertions;
  const mer = all == 0 ? 0 : errors / all;
  const wip = expected > 0 && given > 0 ? (hits / expected) * (hits / given) : expected == given ? 1 : 0;
  return new Evaluation(max(0, 1 - wer)).metric("wer", wer).metric("mer", mer).metric("wip", wip).metric("wil", 1 - wip);
}

/** The alignment with the reference that has the lowest word error rate; with the first of equals. */
function nearestAlignment(text: string, references: string[]): Alignment {
  let best = new Alignment();
  let least = Infinity;
  for (let index = 0; index < references.length; index++) {
    const vocabulary = new Vocabulary((references[index].length + text.length) >> 3);
    const reference = splitAsJiwer(references[index], vocabulary);
    const output = splitAsJiwer(text, vocabulary);
    const alignment = align(reference, output, vocabulary.size);
    const errors = alignment.substitutions + alignment.deletions + alignment.insertions;
    const wer = rate(errors, alignment.hits + alignment.substitutions + alignment.deletions);
    if (wer >= least) continue;
    best = alignment;
    least = wer;
  }
  return best;
}

function characterErrors(outputs: string[], references: string[][]): Evaluation {
  let errors = 0;
  let expected = 0;
  for (let index = 0; index < outputs.length; index++) {
    const output = toCodePoints(strip(outputs[index]));
    let least = Infinity;
    let edits = 0;
    let length = 0;
    for (let number = 0; number < references[index].length; number++) {
      const reference = toCodePoints(strip(references[index][number]));
      const distance = levenshteinDistance(reference, output);
      if (rate(distance, reference.length) >= least) continue;
      least = rate(distance, reference.length);
      edits = distance;
      length = reference.length;
    }
    errors += edits;
    expected += length;
  }
  return judgeCharacters(errors, expected).metric("errors", errors).metric("characters", expected);
}

function judgeCharacters(errors: f64, expected: f64): Evaluation {
  const cer = rate(errors, expected);
  return new Evaluation(max(0, 1 - cer)).metric("cer", cer);
}

/** Errors a reference unit; without any reference unit, the errors themselves. */
function rate(errors: f64, expected: f64): f64 {
  return expected == 0 ? errors : errors / expected;
}

/** jiwer's defaults: two or more spaces of any kind count as a blank, a single one only if it is a blank; none at the ends. */
function splitAsJiwer(text: string, vocabulary: Vocabulary): StaticArray<i32> {
  const words = new StaticArray<i32>((text.length + 1) >> 1);
  let count = 0;
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  let start = 0;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  for (let index = start; index < end; index++) {
    const unit = text.charCodeAt(index);
    if (!isSpace(unit) || (unit != 0x20 && !isSpace(text.charCodeAt(index + 1)))) continue;
    unchecked((words[count++] = vocabulary.numberOf(text, start, index)));
    while (isSpace(text.charCodeAt(index + 1))) index++;
    start = index + 1;
  }
  if (start < end) unchecked((words[count++] = vocabulary.numberOf(text, start, end)));
  return words.slice<StaticArray<i32>>(0, count);
}
