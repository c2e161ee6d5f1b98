/**
 * The Porter stemmer with NLTK's extensions, which `rouge_score` uses.
 *
 * Words are lower case, `a` to `z` and digits. A digit counts as a consonant.
 *
 * @see M. F. Porter, An algorithm for suffix stripping, 1980; nltk.stem.porter for the extensions
 */

/** A word and its stem, in turn. */
const IRREGULAR: StaticArray<string> = [
  "skies", "sky", "dying", "die", "lying", "lie", "tying", "tie", "innings", "inning", "outings", "outing", "cannings", "canning",
  "sky", "sky", "news", "news", "inning", "inning", "outing", "outing", "canning", "canning", "howe", "howe",
  "proceed", "proceed", "exceed", "exceed", "succeed", "succeed",
];

/** A suffix and what replaces it, in turn. */
const STEP_2: StaticArray<string> = [
  "ational", "ate", "tional", "tion", "enci", "ence", "anci", "ance", "izer", "ize", "bli", "ble", "alli", "al", "entli", "ent",
  "eli", "e", "ousli", "ous", "ization", "ize", "ation", "ate", "ator", "ate", "alism", "al", "iveness", "ive", "fulness", "ful",
  "ousness", "ous", "aliti", "al", "iviti", "ive", "biliti", "ble", "fulli", "ful",
];
const STEP_3: StaticArray<string> = [
  "icate", "ic", "ative", "", "alize", "al", "iciti", "ic", "ical", "ic", "ful", "", "ness", "",
];
const STEP_4: StaticArray<string> = [
  "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion", "ou", "ism", "ate", "iti",
  "ous", "ive", "ize",
];

const E: i32 = 0x65;
const I: i32 = 0x69;
const L: i32 = 0x6c;
const S: i32 = 0x73;
const T: i32 = 0x74;
const Y: i32 = 0x79;

/** Stems words where they stand. */
@final
export class Stemmer {
  private start: i32 = 0;
  private end: i32 = 0;

  constructor(private units: StaticArray<u16>) {}

  /** Stems the word from `start` to `end`; returns its new end, which is never behind the old one. */
  stem(start: i32, end: i32): i32 {
    this.start = start;
    this.end = end;
    if (this.replaceIrregular()) return this.end;
    if (end - start <= 2) return end;
    this.plural();
    this.pastOrGerund();
    this.finalY();
    this.doubleSuffix();
    this.replaceFirst(STEP_3);
    this.residue();
    this.finalEAndL();
    return this.end;
  }

  private replaceIrregular(): bool {
    if (this.end - this.start > 8) return false;
    for (let index = 0; index < IRREGULAR.length; index += 2) {
      const word = unchecked(IRREGULAR[index]);
      if (word.length != this.end - this.start || !this.endsWith(word)) continue;
      this.end = this.start;
      this.append(unchecked(IRREGULAR[index + 1]));
      return true;
    }
    return false;
  }

  /** The letter so many places before the end. */
  @inline
  private last(back: i32 = 1): i32 {
    return unchecked(this.units[this.end - back]);
  }

  private endsWith(suffix: string): bool {
    const length = suffix.length;
    if (length > this.end - this.start) return false;
    const first = this.end - length;
    for (let index = length - 1; index >= 0; index--) {
      if (<i32>unchecked(this.units[first + index]) != suffix.charCodeAt(index)) return false;
    }
    return true;
  }

  private append(text: string): void {
    for (let index = 0; index < text.length; index++) {
      unchecked((this.units[this.end++] = <u16>text.charCodeAt(index)));
    }
  }

  private isConsonant(index: i32): bool {
    const letter = <i32>unchecked(this.units[index]);
    if (isVowel(letter)) return false;
    // A "y" is a vowel after a consonant.
    return letter != Y || index == this.start || !this.isConsonant(index - 1);
  }

  /** How many times a stretch of vowels is followed by one of consonants, in the word without its last `cut` letters. */
  private measure(cut: i32): i32 {
    let count = 0;
    let afterVowel = false;
    let consonant = false;
    for (let index = this.start; index < this.end - cut; index++) {
      const letter = <i32>unchecked(this.units[index]);
      consonant = !isVowel(letter) && (letter != Y || index == this.start || !consonant);
      if (consonant && afterVowel) count++;
      afterVowel = !consonant;
    }
    return count;
  }

  private hasVowel(cut: i32): bool {
    for (let index = this.start; index < this.end - cut; index++) if (!this.isConsonant(index)) return true;
    return false;
  }

  private endsDouble(): bool {
    return this.end - this.start >= 2 && this.last() == this.last(2) && this.isConsonant(this.end - 1);
  }

  /** Consonant, vowel, consonant other than w, x and y; or, by the extension, just vowel and consonant. */
  private endsShort(cut: i32): bool {
    const last = this.end - cut - 1;
    if (last == this.start + 1) return !this.isConsonant(last - 1) && this.isConsonant(last);
    if (last < this.start + 2) return false;
    if (!this.isConsonant(last) || this.isConsonant(last - 1) || !this.isConsonant(last - 2)) return false;
    const letter = <i32>unchecked(this.units[last]);
    return letter != 0x77 && letter != 0x78 && letter != Y;
  }

  /** Step 1a. */
  private plural(): void {
    if (this.last() != S) return;
    if (this.endsWith("ies")) this.end -= this.end - this.start == 4 ? 1 : 2;
    else if (this.endsWith("sses")) this.end -= 2;
    else if (this.last(2) != S) this.end--;
  }

  /** Step 1b. */
  private pastOrGerund(): void {
    if (this.endsWith("ied")) {
      this.end -= this.end - this.start == 4 ? 1 : 2;
      return;
    }
    if (this.endsWith("eed")) {
      if (this.measure(3) > 0) this.end--;
      return;
    }
    if (this.endsWith("ed") && this.hasVowel(2)) this.end -= 2;
    else if (this.endsWith("ing") && this.hasVowel(3)) this.end -= 3;
    else return;

    if (this.endsWith("at") || this.endsWith("bl") || this.endsWith("iz")) {
      this.append("e");
    } else if (this.endsDouble()) {
      const letter = this.last();
      if (letter != L && letter != S && letter != 0x7a) this.end--;
    } else if (this.measure(0) == 1 && this.endsShort(0)) {
      this.append("e");
    }
  }

  /** Step 1c. */
  private finalY(): void {
    if (this.end - this.start > 2 && this.last() == Y && this.isConsonant(this.end - 2)) {
      unchecked((this.units[this.end - 1] = <u16>I));
    }
  }

  /** Step 2. */
  private doubleSuffix(): void {
    if (this.endsWith("alli") && this.measure(4) > 0) {
      this.end -= 2;
      this.doubleSuffix();
      return;
    }
    if (this.replaceFirst(STEP_2)) return;
    // Here the "l" belongs to what is measured.
    if (this.endsWith("logi") && this.measure(3) > 0) this.end--;
  }

  /** Replaces the first suffix that fits, if something with a measure stands before it; later ones do not get their turn. */
  private replaceFirst(rules: StaticArray<string>): bool {
    for (let index = 0; index < rules.length; index += 2) {
      const suffix = unchecked(rules[index]);
      if (!this.endsWith(suffix)) continue;
      if (this.measure(suffix.length) == 0) return false;
      this.end -= suffix.length;
      this.append(unchecked(rules[index + 1]));
      return true;
    }
    return false;
  }

  /** Step 4. */
  private residue(): void {
    for (let index = 0; index < STEP_4.length; index++) {
      const suffix = unchecked(STEP_4[index]);
      if (!this.endsWith(suffix)) continue;
      const length = suffix.length;
      if (this.measure(length) <= 1) return;
      const before = this.last(length + 1);
      if (suffix != "ion" || before == S || before == T) this.end -= length;
      return;
    }
  }

  /** Step 5. */
  private finalEAndL(): void {
    if (this.last() == E) {
      const size = this.measure(1);
      if (size > 1 || (size == 1 && !this.endsShort(1))) this.end--;
    }
    if (this.endsWith("ll") && this.measure(1) > 1) this.end--;
  }
}

function isVowel(letter: i32): bool {
  return letter == 0x61 || letter == E || letter == I || letter == 0x6f || letter == 0x75;
}
