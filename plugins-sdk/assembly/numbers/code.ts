import { isSpace, isWordCharacter } from "../text/characters";
import { isUnspaced } from "../text/word-boundary";
import { CURRENCIES, CURRENCY_TABLE, ZERO_TABLE, ZEROS } from "./digit-table";

/**
 * What the reader of numbers sees in place of a text's characters: ASCII where a character means the same as one of ASCII, the codes below
 * for what ASCII lacks, and the character itself for all else. The codes are of the private use area; a text's own characters of it become
 * `OTHER`.
 */
export namespace Code {
  /** A space within a number: no-break and thin spaces, and those of LaTeX. */
  export const GAP: i32 = 0xe000;
  /** `{,}`: a comma that LaTeX's authors put between the groups of one number. */
  export const GROUP: i32 = 0xe001;
  /** `×`, `·`, `\times`, `\cdot`. */
  export const TIMES: i32 = 0xe002;
  /** `\frac` and its like. */
  export const FRACTION: i32 = 0xe003;
  /** `√`, `\sqrt`, `π`, `\pi`: what disqualifies a number next to it. */
  export const ROOT: i32 = 0xe004;
  /** `±`, `\pm`. */
  export const PLUS_MINUS: i32 = 0xe005;
  /** Any other command of LaTeX, such as `\boxed`. */
  export const COMMAND: i32 = 0xe006;
  /** `\(`, `\)`, `\[`, `\]`. */
  export const MATH: i32 = 0xe007;
  /** A letter beyond the BMP. */
  export const LETTER: i32 = 0xe008;
  /** Any other character beyond the BMP or of the private use area. */
  export const OTHER: i32 = 0xe009;
  /** `⁰` to `⁹`. */
  export const SUPERSCRIPT: i32 = 0xe010;
  export const SUPERSCRIPT_MINUS: i32 = 0xe01a;
  export const SUPERSCRIPT_PLUS: i32 = 0xe01b;
  /** `¼` and the seventeen other fractions. */
  export const VULGAR: i32 = 0xe020;
}

/** Numerators and denominators, by twos, of `Code.VULGAR` and those after it. */
// @ts-ignore: decorator
@lazy const VULGARS: StaticArray<u8> = [1, 4, 1, 2, 3, 4, 1, 7, 1, 9, 1, 10, 1, 3, 2, 3, 1, 5, 2, 5, 3, 5, 4, 5, 1, 6, 5, 6, 1, 8, 3, 8, 5, 8, 7, 8];

/** The code of a character; `point` is no ASCII. -1 if it takes no room. */
export function codeOf(point: i32): i32 {
  if (point >= 0xff01 && point <= 0xff5e) return point == 0xff3c ? Code.OTHER : point - 0xfee0;
  const digit = digitOf(point);
  if (digit >= 0) return 0x30 + digit;
  if (point < 0x100) {
    if (point == 0xa0) return Code.GAP;
    if (point == 0xb7 || point == 0xd7) return Code.TIMES;
    if (point == 0xb1) return Code.PLUS_MINUS;
    if (point == 0xb9) return Code.SUPERSCRIPT + 1;
    if (point == 0xb2 || point == 0xb3) return Code.SUPERSCRIPT + point - 0xb0;
    if (point >= 0xbc && point <= 0xbe) return Code.VULGAR + point - 0xbc;
    if (point == 0xad) return -1;
  } else if (point < 0x2000) {
    if (point == 0x2bc) return 0x27;
    if (point == 0x66a) return 0x25;
    if (point == 0x66b) return 0x2e;
    if (point == 0x66c) return 0x2c;
    if (point == 0x3c0) return Code.ROOT;
  } else if (point < 0x3000) {
    const known = codeOfMark(point);
    if (known != 0) return known;
  } else if (point >= 0xfe50) {
    if (point == 0xfe50) return 0x2c;
    if (point == 0xfe52) return 0x2e;
    if (point == 0xfe62) return 0x2b;
    if (point == 0xfe63) return 0x2d;
    if (point == 0xfe6a) return 0x25;
    if (point == 0xfeff) return -1;
  }
  if (isCurrency(point)) return 0x24;
  if (point > 0xffff) return isWordCharacter(point) ? Code.LETTER : Code.OTHER;
  return point >= 0xe000 && point < 0xf900 ? Code.OTHER : point;
}

/** The code of a character from U+2000 to U+2FFF; 0 if it is none that counts. */
function codeOfMark(point: i32): i32 {
  if (point == 0x2007 || point == 0x2008 || point == 0x2009 || point == 0x202f) return Code.GAP;
  if (point == 0x200b || point == 0x2060) return -1;
  // Hyphens, the figure dash, the en dash and the minus.
  if ((point >= 0x2010 && point <= 0x2013) || point == 0x2212) return 0x2d;
  if (point == 0x2018 || point == 0x2019) return 0x27;
  if (point == 0x2044 || point == 0x2215) return 0x2f;
  if (point == 0x2070 || (point >= 0x2074 && point <= 0x2079)) return Code.SUPERSCRIPT + point - 0x2070;
  if (point == 0x207a) return Code.SUPERSCRIPT_PLUS;
  if (point == 0x207b) return Code.SUPERSCRIPT_MINUS;
  if (point >= 0x2150 && point <= 0x215e) return Code.VULGAR + 3 + point - 0x2150;
  if (point == 0x2213) return Code.PLUS_MINUS;
  if (point == 0x2217) return 0x2a;
  if (point == 0x2219 || point == 0x22c5 || point == 0x2715) return Code.TIMES;
  return point == 0x221a ? Code.ROOT : 0;
}

/** Value of a decimal digit beyond ASCII; -1 if it is none. */
function digitOf(point: i32): i32 {
  const entry = lastEntry(ZERO_TABLE, ZEROS, point);
  const value = point - entry;
  return entry > 0 && value < 10 ? value : -1;
}

function isCurrency(point: i32): bool {
  return lastEntry(CURRENCY_TABLE, CURRENCIES, point) == point;
}

/** The last entry of a sorted table that is at most `point`; 0 if there is none. */
function lastEntry(table: usize, size: i32, point: i32): i32 {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (<i32>load<u32>(table + (<usize>middle << 2)) <= point) low = middle + 1;
    else high = middle;
  }
  return low == 0 ? 0 : <i32>load<u32>(table + ((<usize>low - 1) << 2));
}

/** The numerator of a `Code.VULGAR`. */
export function vulgarNumerator(code: i32): i32 {
  return VULGARS[(code - Code.VULGAR) << 1];
}

/** The denominator of a `Code.VULGAR`. */
export function vulgarDenominator(code: i32): i32 {
  return VULGARS[((code - Code.VULGAR) << 1) + 1];
}

export function isVulgar(code: i32): bool {
  return code >= Code.VULGAR && code < Code.VULGAR + 18;
}

export function isSuperscript(code: i32): bool {
  return code >= Code.SUPERSCRIPT && code < Code.SUPERSCRIPT + 10;
}

/** A letter, a digit or `_`. */
export function isWord(code: i32): bool {
  return code == Code.LETTER || ((code < 0xe000 || code >= 0xf900) && isWordCharacter(code));
}

/** A letter of a script that has spaces between its words: what comes after it without one belongs to it. */
export function isSpacedLetter(code: i32): bool {
  return isWord(code) && !(code >= 0x30 && code <= 0x39) && code != 0x5f && !isUnspaced(code);
}

/** White space, those of LaTeX included. */
export function isBlank(code: i32): bool {
  return code == Code.GAP || isSpace(code);
}
