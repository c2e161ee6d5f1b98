import { lowerCase } from "./case-map";
import { isAsciiLetter, isAsciiPunctuation, isDigit, isSpace, isWordCharacter } from "./characters";
import { TextBuilder } from "./text-builder";

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
  if (isCollapsed(text)) return text;
  const buffer = new StaticArray<u16>(text.length);
  let length = 0;
  let gap = false;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (isSpace(unit)) {
      gap = length > 0;
      continue;
    }
    if (gap) unchecked((buffer[length++] = 0x20));
    gap = false;
    unchecked((buffer[length++] = <u16>unit));
  }
  return String.UTF16.decodeUnsafe(changetype<usize>(buffer), <usize>length << 1);
}

/** True for what most texts are: nothing but single spaces within. */
function isCollapsed(text: string): bool {
  let before: i32 = 0x20;
  for (let index = 0; index < text.length; index++) {
    const unit = <i32>load<u16>(changetype<usize>(text) + (<usize>index << 1));
    if (unit == 0x20 ? before == 0x20 : isSpace(unit)) return false;
    before = unit;
  }
  return before != 0x20 || text.length == 0;
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
    let point = index < text.length ? text.charCodeAt(index) : 0;
    if ((point & 0xfc00) == 0xd800) point = text.codePointAt(index);
    if (isWordCharacter(point)) {
      if (start < 0) start = index;
    } else if (start >= 0) {
      if (isOneOf(words, text, start, index)) {
        result.addPart(text, copied, start).addUnit(0x20);
        copied = index;
      }
      start = -1;
    }
    index += point > 0xffff ? 2 : 1;
  }
  return copied == 0 ? text : result.addPart(text, copied, text.length).toString();
}

function isOneOf(words: string[], text: string, start: i32, end: i32): bool {
  for (let index = 0; index < words.length; index++) {
    const word = unchecked(words[index]);
    let same = 0;
    while (same < word.length && start + same < end && word.charCodeAt(same) == text.charCodeAt(start + same)) same++;
    if (same == word.length && start + same == end) return true;
  }
  return false;
}

// @ts-ignore: decorator
@lazy const ARTICLES: string[] = ["a", "an", "the"];

/** How the SQuAD script prepares an answer: lower case, no punctuation, no articles, single spaces. */
export function normalizeAnswer(text: string): string {
  const plain = normalizePlain(text);
  if (plain !== null) return plain;
  return collapseSpace(withoutWords(withoutPunctuation(lowerCase(text)), ARTICLES));
}

/** The same in one go, for ASCII without control characters: there, nothing but white space divides words. */
function normalizePlain(text: string): string | null {
  const length = text.length;
  const buffer = new StaticArray<u16>(length + 1);
  let size = 0;
  let start = 0;
  for (let index = 0; index <= length; index++) {
    const unit = index < length ? text.charCodeAt(index) : 0x20;
    if (isAsciiLetter(unit)) {
      unchecked((buffer[size++] = <u16>(unit | 0x20)));
    } else if (isDigit(unit)) {
      unchecked((buffer[size++] = <u16>unit));
    } else if (isSpace(unit)) {
      if (size == start) continue;
      if (isArticle(buffer, start, size)) {
        size = start;
      } else {
        unchecked((buffer[size++] = 0x20));
        start = size;
      }
    } else if (!isAsciiPunctuation(unit)) {
      return null;
    }
  }
  return String.UTF16.decodeUnsafe(changetype<usize>(buffer), <usize>max(0, size - 1) << 1);
}

function isArticle(units: StaticArray<u16>, start: i32, end: i32): bool {
  const length = end - start;
  if (length > 3) return false;
  const first = unchecked(units[start]);
  if (first == 0x61) return length == 1 || (length == 2 && unchecked(units[start + 1]) == 0x6e);
  return length == 3 && first == 0x74 && unchecked(units[start + 1]) == 0x68 && unchecked(units[start + 2]) == 0x65;
}
