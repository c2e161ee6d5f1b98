import { isWordCharacter, lowerCase, TextBuilder } from "@testbench/plugins-sdk";

const APOSTROPHE: i32 = 0x27;
const Y: i32 = 0x79;

/**
 * Syllables of an English word, estimated from its spelling; 0 for a token without letters and digits.
 *
 * One for each group of vowels, but for a silent `e`, and one more where two vowels next to each other are both heard.
 * A dictionary of pronunciations would be better, and have a hundred times the size of this plugin.
 */
export function countSyllables(token: string): i32 {
  const letters = new TextBuilder();
  let any = false;
  for (let index = 0; index < token.length; index++) {
    const letter = isWordCharacter(token.codePointAt(index));
    any = any || letter;
    if (letter || token.charCodeAt(index) == APOSTROPHE) letters.addUnit(token.charCodeAt(index));
  }
  if (!any) return 0;
  const word = lowerCase(letters.toString());
  const apostrophe = word.indexOf("'");
  if (apostrophe < 1) return max(1, countGroups(word));
  const stem = word.substring(0, apostrophe);
  return max(1, countGroups(stem) + countContraction(stem, word.substring(apostrophe)));
}

/** "didn't", "it'll": the consonants after a consonant are a syllable of their own. */
function countContraction(stem: string, rest: string): i32 {
  if (rest == "'t") return stem.endsWith("dn") || stem.endsWith("sn") ? 1 : 0;
  return rest == "'ll" && !isVowel(stem, stem.length - 1) ? 1 : 0;
}

function isVowelLetter(word: string, index: i32): bool {
  if (index < 0 || index >= word.length) return false;
  const letter = word.charCodeAt(index);
  if (letter < 0x80) return letter == 0x61 || letter == 0x65 || letter == 0x69 || letter == 0x6f || letter == 0x75 || letter == Y;
  return "áàâäãéèêëíìîïóòôöõúùûü".includes(word.charAt(index));
}

/** Like `isVowelLetter`, but for the `y` of "yes" and "playing", which is a consonant. */
function isVowel(word: string, index: i32): bool {
  if (!isVowelLetter(word, index)) return false;
  if (word.charCodeAt(index) != Y || !isVowelLetter(word, index + 1)) return true;
  return index > 0 && !isVowelLetter(word, index - 1);
}

function countGroups(word: string): i32 {
  const heard = withoutSilentEnd(word);
  let count = 0;
  for (let index = 0; index < heard.length; index++) {
    if (isVowel(heard, index) && (!isVowel(heard, index - 1) || isHiatus(heard, index))) count++;
  }
  // "tourism" has one more, "something" one less.
  if (heard.endsWith("sm")) count++;
  if (heard.startsWith("some") && heard.length > 5) count--;
  return count;
}

/** True if the vowel at `index` and the one before it are both heard, as in "lion", "usual", "idea" and "going". */
function isHiatus(word: string, index: i32): bool {
  if (word.substring(index) == "ing") return true;
  const pair = word.substring(index - 1, index + 1);
  const before = index > 1 ? word.charAt(index - 2) : "";
  if (pair == "ia" || pair == "io" || pair == "iu") return before == "" || !"tcsgx".includes(before);
  if (pair == "ua") return before == "" || !"qg".includes(before);
  return pair == "ea" && (word.startsWith("crea") || word == "idea" || word == "area");
}

/** The word without a vowel at its end that is not heard. */
function withoutSilentEnd(word: string): string {
  const end = word.length;
  if (end < 3) return word;
  if (end > 4 && (word.endsWith("que") || word.endsWith("gue"))) return word.substring(0, end - 2);
  const last = word.charAt(end - 3);
  if (word.endsWith("ed") && !isVowel(word, end - 3)) {
    return "td".includes(last) ? word : word.substring(0, end - 2);
  }
  if (word.endsWith("es") && !isVowel(word, end - 3)) {
    const heard = "sxzcg".includes(last) || word.endsWith("ches") || word.endsWith("shes") || isSyllabicL(word, end - 3);
    return heard ? word : word.substring(0, end - 2);
  }
  if (word.endsWith("e") && !isVowel(word, end - 2) && !isSyllabicL(word, end - 2)) return word.substring(0, end - 1);
  return withoutSilentStemEnd(word);
}

/** The word without the `e` of "lately", "useless" or "movement". */
function withoutSilentStemEnd(word: string): string {
  const suffixes = ["ely", "eless", "eness", "ement", "eful"];
  for (let index = 0; index < suffixes.length; index++) {
    const at = word.length - suffixes[index].length;
    if (at > 1 && word.endsWith(suffixes[index]) && !isVowel(word, at - 1)) {
      return word.substring(0, at) + word.substring(at + 1);
    }
  }
  return word;
}

/** True for the `l` of "little". */
function isSyllabicL(word: string, index: i32): bool {
  return word.charAt(index) == "l" && index > 1 && !isVowel(word, index - 1);
}
