import { isDigit } from "@testbench/plugins-sdk";

import { stem } from "./porter";

/** The words of a text: stretches of `a` to `z` and `0` to `9` after lower-casing; all else divides. */
export function tokenize(text: string, stemmed: bool): string[] {
  const lower = text.toLowerCase();
  const words: string[] = [];
  let start = -1;
  for (let index = 0; index <= lower.length; index++) {
    const unit = index < lower.length ? lower.charCodeAt(index) : 0;
    if ((unit >= 0x61 && unit <= 0x7a) || isDigit(unit)) {
      if (start < 0) start = index;
    } else if (start >= 0) {
      const word = lower.substring(start, index);
      words.push(stemmed && word.length > 3 ? stem(word) : word);
      start = -1;
    }
  }
  return words;
}
