/**
 * Finds its way through JSON bytes without building anything.
 *
 * `validate` checks a whole document once. After that, `skipValue` and the others trust the bytes.
 * The cursor is module-level: calls of one plugin never overlap.
 */

import { formatWhole } from "./format-number";

/** Deepest nesting of an input. The host's own limit for outputs is 64; both bound the stack. */
export const MAX_DEPTH: i32 = 256;

export const QUOTE: u32 = 0x22;
const BACKSLASH: u32 = 0x5c;
const COMMA: u32 = 0x2c;
const COLON: u32 = 0x3a;
const OPEN_BRACKET: u32 = 0x5b;
const CLOSE_BRACKET: u32 = 0x5d;
const OPEN_BRACE: u32 = 0x7b;
const CLOSE_BRACE: u32 = 0x7d;

let at: usize = 0;
let end: usize = 0;
let expected: string = "";

/** What the failed validation expected, for a message. */
export function validationProblem(start: usize): string {
  return "expected " + expected + " at byte " + formatWhole(<u32>(at - start));
}

function wanted(what: string): bool {
  expected = what;
  return false;
}

/** The byte under the cursor; 0, which no token starts with, at the end. */
function peek(): u32 {
  return at < end ? <u32>load<u8>(at) : 0;
}

function skipSpace(): void {
  while (at < end) {
    const byte = <u32>load<u8>(at);
    if (byte != 0x20 && byte != 0x0a && byte != 0x0d && byte != 0x09) return;
    at++;
  }
}

/** Checks that the bytes are one JSON value in UTF-8, nested at most `MAX_DEPTH` deep. */
export function validate(ptr: usize, len: usize): bool {
  at = ptr;
  end = ptr + len;
  skipSpace();
  if (!checkValue(MAX_DEPTH)) return false;
  skipSpace();
  return at == end || wanted("the end");
}

/**
 * Checks that the bytes begin with one JSON value in UTF-8, whatever follows it.
 *
 * @returns How many bytes it takes; 0 if there is none.
 */
export function validateStart(ptr: usize, len: usize): usize {
  at = ptr;
  end = ptr + len;
  return checkValue(MAX_DEPTH) ? at - ptr : 0;
}

/** How far the last validation came. */
export function validationEnd(): usize {
  return at;
}

function checkValue(depth: i32): bool {
  const byte = peek();
  if (byte == QUOTE) return checkString();
  if (byte == OPEN_BRACE || byte == OPEN_BRACKET) {
    // The closing bracket and brace stand two places after the opening ones.
    return depth > 0 ? checkContainer(depth - 1, byte + 2) : wanted("less nesting");
  }
  if (byte == 0x74) return checkWord(0x65757274, 4); // true
  if (byte == 0x66) return at + 5 <= end && checkWord(0x65736c61, 5, 1); // false
  if (byte == 0x6e) return checkWord(0x6c6c756e, 4); // null
  return checkNumber();
}

/** Compares four bytes, little-endian, `offset` bytes from the cursor; steps over `length`. */
function checkWord(word: u32, length: usize, offset: usize = 0): bool {
  if (at + length > end || load<u32>(at + offset) != word) return wanted("a value");
  at += length;
  return true;
}

function checkContainer(depth: i32, close: u32): bool {
  at++;
  skipSpace();
  if (peek() == close) {
    at++;
    return true;
  }
  while (true) {
    if (close == CLOSE_BRACE) {
      if (peek() != QUOTE) return wanted("a key in quotes");
      if (!checkString()) return false;
      skipSpace();
      if (peek() != COLON) return wanted('":"');
      at++;
      skipSpace();
    }
    if (!checkValue(depth)) return false;
    skipSpace();
    const byte = peek();
    if (byte != COMMA && byte != close) return wanted(close == CLOSE_BRACE ? '"," or "}"' : '"," or "]"');
    at++;
    if (byte == close) return true;
    skipSpace();
  }
}

function skipDigits(): bool {
  const first = at;
  while (at < end && <u32>load<u8>(at) - 0x30 < 10) at++;
  return at > first;
}

function checkNumber(): bool {
  if (peek() == 0x2d) at++;
  if (peek() == 0x30) at++;
  else if (!skipDigits()) return wanted("a value");
  if (peek() == 0x2e) {
    at++;
    if (!skipDigits()) return wanted("a digit");
  }
  if ((peek() | 0x20) == 0x65) {
    at++;
    const sign = peek();
    if (sign == 0x2b || sign == 0x2d) at++;
    if (!skipDigits()) return wanted("a digit");
  }
  return true;
}

/**
 * Steps over bytes that need no look, 16 at a time, up to a quote, an escape, a control or a byte that is not ASCII; over none where
 * the compiler has no vectors.
 */
function skipPlain(): void {
  if (!ASC_FEATURE_SIMD) return;
  while (at + 16 <= end) {
    const bytes = v128.load(at);
    // Bytes that are not ASCII are negative.
    const special = i8x16.bitmask(v128.or(i8x16.lt_s(bytes, i8x16.splat(0x20)), v128.or(equal(bytes, QUOTE), equal(bytes, BACKSLASH))));
    if (special != 0) {
      at += ctz(special);
      return;
    }
    at += 16;
  }
}

function equal(bytes: v128, byte: u32): v128 {
  return i8x16.eq(bytes, i8x16.splat(<i8>byte));
}

function checkString(): bool {
  at++;
  while (true) {
    skipPlain();
    if (at >= end) return wanted("a closing quote");
    const byte = <u32>load<u8>(at);
    if (byte == QUOTE) {
      at++;
      return true;
    }
    if (byte == BACKSLASH) {
      if (!checkEscape()) return false;
    } else if (byte < 0x20) {
      return wanted("an escape");
    } else if (byte < 0x80) {
      at++;
    } else if (!checkSequence(byte)) {
      return wanted("UTF-8");
    }
  }
}

function checkEscape(): bool {
  at++;
  const byte = peek();
  at++;
  if (byte == 0x75) {
    for (let digit = 0; digit < 4; digit++, at++) {
      if (hexValue(peek()) < 0) return wanted("a hex digit");
    }
    return true;
  }
  // One bit for each letter from b on: b is bit 0, f is 4, n is 12, r is 16, t is 18. Comparisons take 25 bytes more.
  const letter = byte - 0x62;
  const known = letter < 19 ? (0x51011 >>> letter) & 1 : <u32>(byte == QUOTE || byte == BACKSLASH || byte == 0x2f);
  if (known != 0) return true;
  at--;
  return wanted("an escape");
}

/** Checks one multi-byte sequence: no overlong form, no surrogate, nothing above U+10FFFF. */
function checkSequence(lead: u32): bool {
  if (lead < 0xc2 || lead > 0xf4) return false;
  const length: usize = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return false;
  const second = <u32>load<u8>(at, 1);
  const low: u32 = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const high: u32 = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return false;
  for (let index: usize = 2; index < length; index++) {
    if ((<u32>load<u8>(at + index) & 0xc0) != 0x80) return false;
  }
  at += length;
  return true;
}

/** Value of a hexadecimal digit, -1 if it is none. */
export function hexValue(byte: u32): i32 {
  if (byte - 0x30 < 10) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter < 6 ? letter + 10 : -1;
}

/** First byte at or after `ptr` that is not white space. */
export function afterSpace(ptr: usize): usize {
  while (<u32>load<u8>(ptr) <= 0x20) ptr++;
  return ptr;
}

/** First byte after the valid string that starts with the quote at `ptr`. */
export function afterString(ptr: usize): usize {
  at = ptr + 1;
  // The end of memory, not of the document: the closing quote comes first. Sixteen bytes are
  // only looked at where memory has them.
  end = (<usize>memory.size()) << 16;
  while (true) {
    skipPlain();
    const byte = <u32>load<u8>(at);
    if (byte == QUOTE) return at + 1;
    at += byte == BACKSLASH ? 2 : 1;
  }
}

/** First byte after the valid value that starts at `ptr`. */
export function afterValue(ptr: usize, limit: usize): usize {
  let depth = 0;
  while (true) {
    const byte = <u32>load<u8>(ptr);
    if (byte == QUOTE) {
      ptr = afterString(ptr);
    } else if (byte == OPEN_BRACE || byte == OPEN_BRACKET) {
      depth++;
      ptr++;
    } else if (byte == CLOSE_BRACE || byte == CLOSE_BRACKET) {
      depth--;
      ptr++;
    } else if (depth > 0) {
      // Inside of a container, a number or a word is just bytes on the way to its end.
      ptr++;
      continue;
    } else {
      while (ptr < limit && isScalarByte(<u32>load<u8>(ptr))) ptr++;
    }
    if (depth == 0) return ptr;
  }
}

/** True for what numbers, `true`, `false` and `null` are made of. */
function isScalarByte(byte: u32): bool {
  return byte > 0x20 && byte != COMMA && byte != CLOSE_BRACKET && byte != CLOSE_BRACE;
}
