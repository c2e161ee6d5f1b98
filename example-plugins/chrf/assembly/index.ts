import {
  CorpusEvaluator, Evaluation, EvaluatorInput, haveReferences, isAsciiPunctuation, isSpace, lowerCase, plugin, range, splitWords, Sums, TextBuilder, toCodePoints,
  Vocabulary,
} from "@testbench/plugins-sdk";

import { ChrfStatistics } from "./statistics";

class Options {
  /** Longest character n-grams. */
  @range(1, 12)
  char_order: i32 = 6;
  /** Longest word n-grams: 0 for chrF, 2 for chrF++. */
  @range(0, 6)
  word_order: i32 = 0;
  /** Weight of recall relative to precision. */
  @range(0, 100)
  beta: f64 = 2;
  /** Lower-cases all letters first. */
  lowercase: bool = false;
  /** Counts white space as characters. */
  whitespace: bool = false;
  /** Averages the F-scores of the orders, as chrF++.py and NLTK do, instead of precision and recall. */
  eps_smoothing: bool = false;
}

@plugin({ name: "chrf", reads: ["output", "expected"] })
export class Chrf extends CorpusEvaluator {
  config: Options = new Options();

  /** Sentences and corpora as for `bleu`: `expected[k][i]` is reference k of sentence i. */
  evaluate(input: EvaluatorInput): Evaluation {
    const output = input.field("output");
    const orders = this.config.char_order + this.config.word_order;
    const sum = new ChrfStatistics(orders);
    if (output.isArray) {
      const streams = input.field("expected");
      if (!haveReferences(streams, output.length)) return new Evaluation(0);
      for (let index = 0; index < output.length; index++) {
        const references: string[] = [];
        for (let stream = 0; stream < streams.length; stream++) {
          const reference = streams.at(stream).at(index);
          if (reference.exists) references.push(reference.text());
        }
        sum.add(this.best(output.at(index).text(), references));
      }
    } else {
      sum.add(this.best(input.output, input.references));
    }
    const evaluation = this.judge(sum);
    sum.report(evaluation);
    return evaluation;
  }

  /** Of any set of sentences: the chrF of the corpus that they are. */
  aggregate(sums: Sums): Evaluation {
    const sum = new ChrfStatistics(this.config.char_order + this.config.word_order);
    sum.read(sums);
    return this.judge(sum);
  }

  private judge(statistics: ChrfStatistics): Evaluation {
    const chrf = statistics.score(this.config.beta, this.config.eps_smoothing);
    return new Evaluation(min(1.0, chrf / 100)).metric("chrf", chrf);
  }

  /** The statistics with the reference that gives the best score. */
  private best(text: string, references: string[]): ChrfStatistics {
    const config = this.config;
    const given = new Sides(text, config);
    const orders = config.char_order + config.word_order;
    let best = new ChrfStatistics(orders);
    let bestScore: f64 = -1;
    for (let index = 0; index < references.length; index++) {
      const expected = new Sides(references[index], config, given.vocabulary);
      const statistics = new ChrfStatistics(orders);
      statistics.compare(0, config.char_order, given.characters, expected.characters);
      statistics.compare(config.char_order, config.word_order, given.words, expected.words);
      const score = statistics.score(config.beta, config.eps_smoothing);
      if (score > bestScore) {
        bestScore = score;
        best = statistics;
      }
    }
    return best;
  }
}

/** A text as characters and, if they count, as words. */
@final
class Sides {
  readonly characters: StaticArray<i32>;
  readonly words: StaticArray<i32>;

  constructor(text: string, config: Options, readonly vocabulary: Vocabulary = new Vocabulary()) {
    if (config.lowercase) text = lowerCase(text);
    this.characters = toCodePoints(config.whitespace ? text : withoutSpace(text));
    this.words = config.word_order > 0 ? vocabulary.split(separatePunctuation(splitWords(text))) : new StaticArray<i32>(0);
  }
}

function withoutSpace(text: string): string {
  const kept = new StaticArray<u16>(text.length);
  let size = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (!isSpace(unit)) unchecked((kept[size++] = <u16>unit));
  }
  return String.UTF16.decodeUnsafe(changetype<usize>(kept), <usize>size << 1);
}

/** Takes one mark off each word: the one at its end, or else the one at its start. */
function separatePunctuation(words: string[]): string {
  const separated = new TextBuilder();
  for (let index = 0; index < words.length; index++) {
    const word = words[index];
    const last = word.length - 1;
    let cut = 0;
    if (last > 0 && isAsciiPunctuation(word.charCodeAt(last))) cut = last;
    else if (last > 0 && isAsciiPunctuation(word.charCodeAt(0))) cut = 1;
    if (cut > 0) separated.addPart(word, 0, cut).addUnit(0x20);
    separated.addPart(word, cut, word.length).addUnit(0x20);
  }
  return separated.toString();
}
