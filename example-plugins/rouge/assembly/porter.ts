/**
 * The Porter stemmer with NLTK's extensions, which `rouge_score` uses.
 *
 * Words are lower case, `a` to `z` and digits. A digit counts as a consonant.
 *
 * @see M. F. Porter, An algorithm for suffix stripping, 1980; nltk.stem.porter for the extensions
 */

const IRREGULAR: string[][] = [
  ["sky", "skies"], ["die", "dying"], ["lie", "lying"], ["tie", "tying"], ["inning", "innings"], ["outing", "outings"],
  ["canning", "cannings"],
];
const UNCHANGED: string[] = [
  "sky", "news", "inning", "outing", "canning", "howe", "proceed", "exceed", "succeed",
];

const STEP_2: string[][] = [
  ["ational", "ate"], ["tional", "tion"], ["enci", "ence"], ["anci", "ance"], ["izer", "ize"], ["bli", "ble"],
  ["alli", "al"], ["entli", "ent"], ["eli", "e"], ["ousli", "ous"], ["ization", "ize"], ["ation", "ate"], ["ator", "ate"],
  ["alism", "al"], ["iveness", "ive"], ["fulness", "ful"], ["ousness", "ous"], ["aliti", "al"], ["iviti", "ive"],
  ["biliti", "ble"], ["fulli", "ful"],
];
const STEP_3: string[][] = [
  ["icate", "ic"], ["ative", ""], ["alize", "al"], ["iciti", "ic"], ["ical", "ic"], ["ful", ""], ["ness", ""],
];
const STEP_4: string[] = [
  "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
  "ous", "ive", "ize",
];

/** The word's stem. */
export function stem(word: string): string {
  if (UNCHANGED.includes(word)) return word;
  for (let index = 0; index < IRREGULAR.length; index++) {
    if (IRREGULAR[index][1] == word) return IRREGULAR[index][0];
  }
  if (word.length <= 2) return word;
  word = plural(word);
  word = pastOrGerund(word);
  word = finalY(word);
  word = doubleSuffix(word);
  word = replaceFirst(word, STEP_3);
  word = residue(word);
  return finalEAndL(word);
}

function isConsonant(word: string, index: i32): bool {
  const letter = word.charCodeAt(index);
  if (letter == 0x61 || letter == 0x65 || letter == 0x69 || letter == 0x6f || letter == 0x75) return false;
  // A "y" is a vowel after a consonant.
  if (letter == 0x79) return index == 0 || !isConsonant(word, index - 1);
  return true;
}

/** How many times a stretch of vowels is followed by one of consonants. */
function measure(word: string): i32 {
  let count = 0;
  let vowel = false;
  for (let index = 0; index < word.length; index++) {
    if (!isConsonant(word, index)) {
      vowel = true;
    } else if (vowel) {
      count++;
      vowel = false;
    }
  }
  return count;
}

function hasVowel(word: string): bool {
  for (let index = 0; index < word.length; index++) if (!isConsonant(word, index)) return true;
  return false;
}

function endsDouble(word: string): bool {
  const last = word.length - 1;
  return last >= 1 && word.charCodeAt(last) == word.charCodeAt(last - 1) && isConsonant(word, last);
}

/** Consonant, vowel, consonant other than w, x and y; or, by the extension, just vowel and consonant. */
function endsShort(word: string): bool {
  const last = word.length - 1;
  if (last == 1) return !isConsonant(word, 0) && isConsonant(word, 1);
  if (last < 2) return false;
  if (!isConsonant(word, last) || isConsonant(word, last - 1) || !isConsonant(word, last - 2)) return false;
  const letter = word.charCodeAt(last);
  return letter != 0x77 && letter != 0x78 && letter != 0x79;
}

function without(word: string, suffix: string): string {
  return word.substring(0, word.length - suffix.length);
}

/** Step 1a. */
function plural(word: string): string {
  if (word.endsWith("ies")) return without(word, word.length == 4 ? "s" : "es");
  if (word.endsWith("sses")) return without(word, "es");
  if (word.endsWith("ss")) return word;
  return word.endsWith("s") ? without(word, "s") : word;
}

/** Step 1b. */
function pastOrGerund(word: string): string {
  if (word.endsWith("ied")) return without(word, word.length == 4 ? "d" : "ed");
  if (word.endsWith("eed")) return measure(without(word, "eed")) > 0 ? without(word, "d") : word;
  let base = "";
  if (word.endsWith("ed") && hasVowel(without(word, "ed"))) base = without(word, "ed");
  else if (word.endsWith("ing") && hasVowel(without(word, "ing"))) base = without(word, "ing");
  else return word;

  if (base.endsWith("at") || base.endsWith("bl") || base.endsWith("iz")) return base + "e";
  if (endsDouble(base)) {
    const letter = base.charAt(base.length - 1);
    return letter == "l" || letter == "s" || letter == "z" ? base : base.substring(0, base.length - 1);
  }
  return measure(base) == 1 && endsShort(base) ? base + "e" : base;
}

/** Step 1c. */
function finalY(word: string): string {
  if (!word.endsWith("y")) return word;
  const base = without(word, "y");
  return base.length > 1 && isConsonant(base, base.length - 1) ? base + "i" : word;
}

/** Step 2. */
function doubleSuffix(word: string): string {
  if (word.endsWith("alli") && measure(without(word, "alli")) > 0) {
    return doubleSuffix(without(word, "li"));
  }
  const next = replaceFirst(word, STEP_2);
  if (next != word) return next;
  // Here the "l" belongs to what is measured.
  return word.endsWith("logi") && measure(without(word, "ogi")) > 0 ? without(word, "i") : word;
}

/** Replaces the first suffix that fits, if something with a measure stands before it; later ones do not get their turn. */
function replaceFirst(word: string, rules: string[][]): string {
  for (let index = 0; index < rules.length; index++) {
    const suffix = rules[index][0];
    if (!word.endsWith(suffix)) continue;
    const base = without(word, suffix);
    return measure(base) > 0 ? base + rules[index][1] : word;
  }
  return word;
}

/** Step 4. */
function residue(word: string): string {
  for (let index = 0; index < STEP_4.length; index++) {
    const suffix = STEP_4[index];
    if (!word.endsWith(suffix)) continue;
    const base = without(word, suffix);
    if (measure(base) <= 1) return word;
    return suffix == "ion" && !base.endsWith("s") && !base.endsWith("t") ? word : base;
  }
  return word;
}

/** Step 5. */
function finalEAndL(word: string): string {
  if (word.endsWith("e")) {
    const base = without(word, "e");
    const size = measure(base);
    if (size > 1 || (size == 1 && !endsShort(base))) word = base;
  }
  return word.endsWith("ll") && measure(without(word, "l")) > 1 ? without(word, "l") : word;
}
