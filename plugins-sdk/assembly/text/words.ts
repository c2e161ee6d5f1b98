import { isAsciiPunctuation, isSpace, isWordCharacter } from "./characters";
import { joinTexts, TextBuilder } from "./text-builder";

/** The words between white space, without empty ones: what Python's `text.split()` gives. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  const length = text.length;
  let start = -1;
  for (let index = 0; index < length; index++) {
    // No space lies beyond the BMP, so units do.
    if (isSpace(text.charCodeAt(index))) {
      if (start >= 0) words.push(text.substring(start, index));
      start = -1;
    } else if (start < 0) {
      start = index;
    }
  }
  if (start >= 0) words.push(text.substring(start));
  return words;
}

/** The text without white space around it, with one space for each stretch of it inside. */
export function collapseSpace(text: string): string {
  return joinTexts(splitWords(text), " ");
}

/** The text without white space around it: what Python's `text.strip()` gives. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.substring(start, end);
}

/** The text without ASCII punctuation. */
export function withoutPunctuation(text: string): string {
  const buffer = new StaticArray<u16>(text.length);
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (!isAsciiPunctuation(unit)) unchecked((buffer[length++] = <u16>unit));
  }
  return length == text.length ? text : String.UTF16.decodeUnsafe(changetype<usize>(buffer), <usize>length << 1);
}

/** The text with a space in place of each of the given whole words, as `\b(a|an|the)\b` finds them. */
export function withoutWords(text: string, words: string[]): string {
  const result = new TextBuilder();
  let copied = 0;
  let start = -1;
  for (let index = 0; index <= text.length; ) {
    const point = index < text.length ? text.codePointAt(index) : 0;
    if (isWordCharacter(point)) {
      if (start < 0) start = index;
    } else if (start >= 0) {
      if (words.includes(text.substring(start, index))) {
        result.addPart(text, copied, start).addUnit(0x20);
        copied = index;
      }
      start = -1;
    }
    index += point > 0xffff ? 2 : 1;
  }
  return copied == 0 ? text : result.addPart(text, copied, text.length).toString();
}

// @ts-ignore: decorator
@lazy const ARTICLES: string[] = ["a", "an", "the"];

/** How the SQuAD script prepares an answer: lower case, no punctuation, no articles, single spaces. */
export function normalizeAnswer(text: string): string {
  return collapseSpace(withoutWords(withoutPunctuation(text.toLowerCase()), ARTICLES));
}
