/** Bits of a word: the longest text whose column of the table fits into one. */
export const MAX_PATTERN: i32 = 64;

/**
 * One short text that is compared with many: Myers' bit-vector algorithm with the text's table made once.
 *
 * Characters are numbers below the size of the alphabet.
 */
@final
export class ShortPattern {
  private places: StaticArray<u64>;
  private pattern: StaticArray<i32> = new StaticArray<i32>(0);

  constructor(alphabet: i32) {
    this.places = new StaticArray<u64>(alphabet);
  }

  /** Takes the place of the pattern before. At most `MAX_PATTERN` characters. */
  set(pattern: StaticArray<i32>): void {
    for (let index = 0; index < this.pattern.length; index++) this.places[this.pattern[index]] = 0;
    for (let index = 0; index < pattern.length; index++) this.places[pattern[index]] |= (<u64>1) << index;
    this.pattern = pattern;
  }

  /** Fewest insertions, deletions and substitutions between the pattern and a text. */
  distance(text: StaticArray<i32>): i32 {
    const places = this.places;
    const rows = this.pattern.length;
    if (rows == 0) return text.length;
    const last = <u64>(rows - 1);
    let distance = rows;
    let positive = u64.MAX_VALUE;
    let negative: u64 = 0;
    for (let column = 0; column < text.length; column++) {
      const same = unchecked(places[text[column]]);
      const horizontal = (((same & positive) + positive) ^ positive) | same;
      const plus = negative | ~(horizontal | positive);
      const minus = positive & horizontal;
      distance += <i32>((plus >> last) & 1) - <i32>((minus >> last) & 1);
      // The top row of the table rises by one a column.
      const rising = (plus << 1) | 1;
      positive = (minus << 1) | ~(same | negative | rising);
      negative = rising & (same | negative);
    }
    return distance;
  }
}
