import { Subsequences } from "./subsequence";
import { Words } from "./tokenize";

/** Precision, recall and their harmonic mean. */
@final
export class Overlap {
  constructor(
    readonly precision: f64,
    readonly recall: f64,
    readonly fmeasure: f64,
  ) {}

  /** From a number of hits and the sizes of the two sides. */
  static of(hits: i32, expected: i32, given: i32): Overlap {
    const precision = <f64>hits / max(given, 1);
    const recall = <f64>hits / max(expected, 1);
    const sum = precision + recall;
    return new Overlap(precision, recall, sum > 0 ? (2 * precision * recall) / sum : 0);
  }
}

/** ROUGE-Lsum's hits: for each line of the target, the words that any line of the prediction shares in order. */
export function countSummaryHits(expected: Words, given: Words, symbols: i32): i32 {
  // A word counts at most as often as it stands on either side.
  const leftExpected = countWords(expected.numbers, symbols);
  const leftGiven = countWords(given.numbers, symbols);
  const shared = new StaticArray<bool>(expected.length);
  const subsequences = new Subsequences(expected.numbers, expected.longestLine, given.longestLine, symbols);
  let hits = 0;
  let start = 0;
  for (let line = 0; line < expected.lineEnds.length; line++) {
    const end = expected.lineEnds[line];
    subsequences.load(start, end);
    let first = 0;
    let marks: u64 = 0;
    for (let other = 0; other < given.lineEnds.length; other++) {
      const last = given.lineEnds[other];
      if (subsequences.isNarrow) marks |= subsequences.markNarrow(given.numbers, first, last);
      else if (last > first && end > start) subsequences.mark(given.numbers, first, last, shared);
      first = last;
    }
    for (let position = start; marks != 0; position++, marks >>= 1) shared[position] = (marks & 1) != 0;
    for (let position = start; position < end; position++) {
      const word = unchecked(expected.numbers[position]);
      if (!unchecked(shared[position]) || leftGiven[word] == 0 || leftExpected[word] == 0) continue;
      leftGiven[word]--;
      leftExpected[word]--;
      hits++;
    }
    start = end;
  }
  return hits;
}

function countWords(words: StaticArray<i32>, symbols: i32): StaticArray<i32> {
  const counts = new StaticArray<i32>(symbols);
  for (let index = 0; index < words.length; index++) counts[words[index]]++;
  return counts;
}
