import { countWordNgrams, WordIds } from "@testbench/plugins-sdk";

import { tokenize } from "./tokenize";

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

/** ROUGE-N: n-grams in common, each as often as it stands on both sides. */
export function scoreNgrams(expected: string[], given: string[], order: i32): Overlap {
  const left = countWordNgrams(expected, order);
  const right = countWordNgrams(given, order);
  return Overlap.of(left.overlap(right), left.total, right.total);
}

/** Length of the longest sequence of words that stands in both, in order but not always side by side. */
export function longestCommonSubsequence(a: StaticArray<i32>, b: StaticArray<i32>): i32 {
  const row = new StaticArray<i32>(b.length + 1);
  for (let i = 0; i < a.length; i++) {
    const word = unchecked(a[i]);
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = unchecked(row[j]);
      unchecked((row[j] = unchecked(b[j - 1]) == word ? diagonal + 1 : max(above, unchecked(row[j - 1]))));
      diagonal = above;
    }
  }
  return row[b.length];
}

/** ROUGE-Lsum: for each sentence of the target, the words that any sentence of the prediction shares in order. */
export function scoreSummary(targets: string[], predictions: string[], stemmed: bool): Overlap {
  const ids = new WordIds();
  const expected = sentences(targets, stemmed, ids);
  const given = sentences(predictions, stemmed, ids);
  const expectedWords = countAll(expected);
  const givenWords = countAll(given);
  if (expectedWords == 0 || givenWords == 0) return new Overlap(0, 0, 0);

  // A word counts at most as often as it stands on either side.
  const leftExpected = countWords(expected);
  const leftGiven = countWords(given);
  let hits = 0;
  for (let index = 0; index < expected.length; index++) {
    const sentence = expected[index];
    const shared = new StaticArray<bool>(sentence.length);
    for (let other = 0; other < given.length; other++) markSubsequence(sentence, given[other], shared);
    for (let position = 0; position < sentence.length; position++) {
      const word = sentence[position];
      if (!shared[position] || take(leftGiven, word) == 0 || take(leftExpected, word) == 0) continue;
      leftGiven.set(word, leftGiven.get(word) - 1);
      leftExpected.set(word, leftExpected.get(word) - 1);
      hits++;
    }
  }
  return Overlap.of(hits, expectedWords, givenWords);
}

function sentences(texts: string[], stemmed: bool, ids: WordIds): StaticArray<i32>[] {
  const lists: StaticArray<i32>[] = [];
  for (let index = 0; index < texts.length; index++) {
    if (texts[index].length > 0) lists.push(ids.of(tokenize(texts[index], stemmed)));
  }
  return lists;
}

function countAll(lists: StaticArray<i32>[]): i32 {
  let count = 0;
  for (let index = 0; index < lists.length; index++) count += lists[index].length;
  return count;
}

function countWords(lists: StaticArray<i32>[]): Map<i32, i32> {
  const counts = new Map<i32, i32>();
  for (let index = 0; index < lists.length; index++) {
    const list = lists[index];
    for (let position = 0; position < list.length; position++) {
      counts.set(list[position], take(counts, list[position]) + 1);
    }
  }
  return counts;
}

function take(counts: Map<i32, i32>, word: i32): i32 {
  return counts.has(word) ? counts.get(word) : 0;
}

/** Marks in `a` one longest common subsequence with `b`: the one that the reference walks back. */
function markSubsequence(a: StaticArray<i32>, b: StaticArray<i32>, marks: StaticArray<bool>): void {
  const width = b.length + 1;
  const table = new StaticArray<i32>((a.length + 1) * width);
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cell = i * width + j;
      table[cell] = a[i - 1] == b[j - 1] ? table[cell - width - 1] + 1 : max(table[cell - width], table[cell - 1]);
    }
  }
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    const cell = i * width + j;
    if (a[i - 1] == b[j - 1]) {
      marks[--i] = true;
      j--;
    } else if (table[cell - 1] > table[cell - width]) {
      j--;
    } else {
      i--;
    }
  }
}
