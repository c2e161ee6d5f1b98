import { isDigit, lowerCase, Vocabulary } from "@testbench/plugins-sdk";

import { Stemmer } from "./porter";

/** The words of a text as numbers, and where its lines end among them. */
@final
export class Words {
  constructor(
    readonly numbers: StaticArray<i32>,
    readonly lineEnds: StaticArray<i32>,
  ) {}

  get length(): i32 {
    return this.numbers.length;
  }

  /** How many words the longest line has. */
  get longestLine(): i32 {
    let longest = 0;
    let start = 0;
    for (let line = 0; line < this.lineEnds.length; line++) {
      longest = max(longest, this.lineEnds[line] - start);
      start = this.lineEnds[line];
    }
    return longest;
  }
}

/** The words of a text: stretches of `a` to `z` and `0` to `9` after lower-casing; all else divides. */
export function tokenize(text: string, stemmed: bool, vocabulary: Vocabulary): Words {
  const lower = lowerCase(text);
  const length = lower.length;
  // What divides becomes a blank.
  const units = new StaticArray<u16>(length + 1);
  const stemmer = new Stemmer(units);
  const lineEnds = new Array<i32>();
  let words = 0;
  let size = 0;
  let start = 0;
  for (let index = 0; index <= length; index++) {
    const unit = index < length ? lower.charCodeAt(index) : 0x0a;
    if ((unit >= 0x61 && unit <= 0x7a) || isDigit(unit)) {
      unchecked((units[size++] = <u16>unit));
      continue;
    }
    if (size > start) {
      if (stemmed && size - start > 3) size = stemmer.stem(start, size);
      unchecked((units[size++] = 0x20));
      start = size;
      words++;
    }
    if (unit == 0x0a) lineEnds.push(words);
  }
  const numbers = vocabulary.split(String.UTF16.decodeUnsafe(changetype<usize>(units), <usize>size << 1));
  return new Words(numbers, StaticArray.fromArray<i32>(lineEnds));
}
