import { isSpace, isWordCharacter, splitWords, toCodePoints } from "@testbench/plugins-sdk";

import { countSyllables } from "./syllables";

const APOSTROPHE: i32 = 0x27;
const SPACE: i32 = 0x20;

/** What the formulas are computed from, counted as textstat does. */
@final
export class TextCounts {
  /** Code points but for white space. */
  characters: i32 = 0;
  /** Letters and digits of all scripts, and `_`. */
  letters: i32 = 0;
  /** Stretches of characters that are not white space, whether they hold a letter or not. */
  tokens: i32 = 0;
  words: i32 = 0;
  /** Words of more than 6 letters. */
  longWords: i32 = 0;
  sentences: i32 = 0;
  syllables: i32 = 0;
  /** Words of three or more syllables. */
  polysyllables: i32 = 0;

  constructor(text: string) {
    const points = toCodePoints(text);
    for (let index = 0; index < points.length; index++) {
      const point = unchecked(points[index]);
      if (isSpace(point)) continue;
      this.characters++;
      if (isWordCharacter(point)) this.letters++;
    }
    this.words = countWords(points, 0, points.length);
    this.countLongWords(points);
    this.sentences = countSentences(points);
    const tokens = splitWords(text);
    this.tokens = tokens.length;
    for (let index = 0; index < tokens.length; index++) {
      const syllables = countSyllables(tokens[index]);
      this.syllables += syllables;
      if (syllables >= 3) this.polysyllables++;
    }
  }

  get wordsPerSentence(): f64 {
    return this.sentences > 0 ? <f64>this.words / this.sentences : 0;
  }

  get charactersPerToken(): f64 {
    return this.tokens > 0 ? <f64>this.characters / this.tokens : 0;
  }

  /** Here an apostrophe is a mark like all others. */
  private countLongWords(points: StaticArray<i32>): void {
    let length = 0;
    for (let index = 0; index <= points.length; index++) {
      const point = index < points.length ? unchecked(points[index]) : SPACE;
      if (isWordCharacter(point)) length++;
      if (!isSpace(point)) continue;
      if (length > 6) this.longWords++;
      length = 0;
    }
  }
}

/** Words between white space of which something is left without marks; the apostrophe of a contraction is left, too. */
function countWords(points: StaticArray<i32>, start: i32, end: i32): i32 {
  let count = 0;
  let open = false;
  for (let index = start; index < end; index++) {
    const point = unchecked(points[index]);
    if (isSpace(point)) {
      open = false;
    } else if (!open) {
      open = isWordCharacter(point) || (point == APOSTROPHE && isContraction(points, index + 1, end));
      if (open) count++;
    }
  }
  return count;
}

/** True for what stands after an apostrophe: `t`, `s`, `d`, `ve`, `ll` or `re`, and then no more letters. */
function isContraction(points: StaticArray<i32>, start: i32, end: i32): bool {
  if (start >= end) return false;
  const first = unchecked(points[start]);
  if (first == 0x74 || first == 0x73 || first == 0x64) return !isWordAt(points, start + 1, end);
  if (start + 1 >= end) return false;
  const second = unchecked(points[start + 1]);
  const known = (first == 0x6c && second == 0x6c) || ((first == 0x76 || first == 0x72) && second == 0x65);
  return known && !isWordAt(points, start + 2, end);
}

function isWordAt(points: StaticArray<i32>, index: i32, end: i32): bool {
  return index < end && isWordCharacter(unchecked(points[index]));
}

function isEndMark(point: i32): bool {
  return point == 0x2e || point == 0x21 || point == 0x3f;
}

/**
 * Stretches from a word up to `.`, `!` or `?`, of which those with one or two words do not count: abbreviations, mostly.
 * A text that is not empty has at least one.
 */
function countSentences(points: StaticArray<i32>): i32 {
  const length = points.length;
  if (length == 0) return 0;
  let count = 0;
  let index = 0;
  while (index < length) {
    // Sentences begin at the edge of a word, be it the first or the last one.
    const edge = isWordAt(points, index, length) != (index > 0 && isWordAt(points, index - 1, length));
    if (!edge || isEndMark(unchecked(points[index]))) {
      index++;
      continue;
    }
    const start = index;
    while (index < length && !isEndMark(unchecked(points[index]))) index++;
    while (index < length && isEndMark(unchecked(points[index]))) index++;
    if (countWords(points, start, index) > 2) count++;
  }
  return max(1, count);
}
