import { CLASS_EDGES, CLASS_TABLE } from "./class-table";
import { WORD_EDGES, WORD_TABLE } from "./word-table";

/** True for what Python's `str.isspace` and `str.split` take for white space. */
// @ts-ignore: decorator
@inline
export function isSpace(point: i32): bool {
  // Most characters are letters: they are told without a call.
  return (point <= 0x20 || point >= 0x85) && isRareSpace(point);
}

function isRareSpace(point: i32): bool {
  if (point <= 0x20) return point == 0x20 || (point >= 0x09 && point <= 0x0d) || (point >= 0x1c && point <= 0x1f);
  if (point < 0x1680) return point == 0x85 || point == 0xa0;
  return (
    point == 0x1680 || (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
    point == 0x202f || point == 0x205f || point == 0x3000
  );
}

/** True for `0` to `9`. */
export function isDigit(point: i32): bool {
  return <u32>(point - 0x30) < 10;
}

/** True for the 32 characters of Python's `string.punctuation`. */
export function isAsciiPunctuation(point: i32): bool {
  return (
    (point >= 0x21 && point <= 0x2f) || (point >= 0x3a && point <= 0x40) ||
    (point >= 0x5b && point <= 0x60) || (point >= 0x7b && point <= 0x7e)
  );
}

/** True for ASCII letters. */
export function isAsciiLetter(point: i32): bool {
  return <u32>((point | 0x20) - 0x61) < 26;
}

/** True for letters and digits of all scripts, and `_`: what `\w` matches in Python. */
// @ts-ignore: decorator
@inline
export function isWordCharacter(point: i32): bool {
  return point < 0x80 ? isAsciiLetter(point) || isDigit(point) || point == 0x5f : isForeignLetter(point);
}

function isForeignLetter(point: i32): bool {
  return isInRanges(WORD_TABLE, WORD_EDGES, point);
}

/** True for Unicode's punctuation: `\p{P}` of regular expressions. */
export function isPunctuation(point: i32): bool {
  return classOf(point) == 1;
}

/** True for Unicode's symbols: `\p{S}`. */
export function isSymbol(point: i32): bool {
  return classOf(point) == 2;
}

/** True for Unicode's numbers: `\p{N}`. */
export function isNumber(point: i32): bool {
  return classOf(point) == 3;
}

function classOf(point: i32): u32 {
  const edges = countEdges(CLASS_TABLE, CLASS_EDGES, (point << 2) | 3);
  return edges == 0 ? 0 : load<u32>(CLASS_TABLE + ((<usize>edges - 1) << 2)) & 3;
}

/** For this library: true if a character is within the ranges whose beginnings and ends a table has in turn. */
export function isInRanges(table: usize, edges: i32, point: i32): bool {
  // An odd number of edges lies at or before a character that is inside of a range.
  return (countEdges(table, edges, point) & 1) == 1;
}

/** How many entries of a sorted table are at most `value`. */
function countEdges(table: usize, size: i32, value: i32): i32 {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (load<u32>(table + (<usize>middle << 2)) <= <u32>value) low = middle + 1;
    else high = middle;
  }
  return low;
}
