import { EXTEND_EDGES, EXTEND_TABLE, KATAKANA_EDGES, KATAKANA_TABLE, UNSPACED_EDGES, UNSPACED_TABLE } from "./boundary-table";
import { isInRanges, isWordCharacter } from "./characters";

/** True for the characters of scripts that have no spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese and others. */
export function isUnspaced(point: i32): bool {
  return point >= 0xe00 && isInRanges(UNSPACED_TABLE, UNSPACED_EDGES, point);
}

/**
 * True if a word may begin or end between the characters before and at `index` of a text, by Unicode's rules without a dictionary
 * (UAX #29): not between letters, digits and `_`, but at each character of a script that has no spaces between words, save within a
 * stretch of Katakana, and between Korean and another script; never before a mark, such as an accent, a vowel sign or a joiner, which belongs to the character before it.
 */
export function isWordBoundary(text: string, index: i32): bool {
  if (index <= 0 || index >= text.length) return true;
  const after = text.codePointAt(index);
  if (isExtend(after)) return false;
  let at = index;
  let before = 0;
  do {
    at -= at > 1 && (text.charCodeAt(at - 1) & 0xfc00) == 0xdc00 ? 2 : 1;
    before = text.codePointAt(at);
  } while (at > 0 && isExtend(before));
  if (!isWordCharacter(before) || !isWordCharacter(after)) return true;
  if (isKatakana(before) && isKatakana(after)) return false;
  // A particle of Korean may follow a word in Latin letters.
  return isUnspaced(before) || isUnspaced(after) || isHangul(before) != isHangul(after);
}

/**
 * Where in a text a word or a phrase begins that stands there whole, from `from` on; -1 if it does not.
 *
 * A side of it that is no letter, as in `C++`, needs no boundary. In Korean, where particles follow a noun without a space, only
 * its beginning does.
 */
export function indexOfWord(text: string, word: string, from: i32 = 0): i32 {
  if (word.length == 0) return -1;
  const last = lastPoint(word);
  const open = isWordCharacter(word.codePointAt(0));
  const closed = isWordCharacter(last) || isExtend(last);
  for (let at = text.indexOf(word, from); at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    if (open && !isWordBoundary(text, at)) continue;
    if (!closed || isWordBoundary(text, end) || (isHangul(last) && isHangul(text.codePointAt(end)))) return at;
  }
  return -1;
}

function lastPoint(word: string): i32 {
  const low = (word.charCodeAt(word.length - 1) & 0xfc00) == 0xdc00;
  return word.codePointAt(word.length - (low && word.length > 1 ? 2 : 1));
}

/** Syllables of Korean. */
function isHangul(point: i32): bool {
  return point >= 0xac00 && point <= 0xd7a3;
}

function isKatakana(point: i32): bool {
  return point >= 0x3000 && isInRanges(KATAKANA_TABLE, KATAKANA_EDGES, point);
}

function isExtend(point: i32): bool {
  return point >= 0x300 && isInRanges(EXTEND_TABLE, EXTEND_EDGES, point);
}
