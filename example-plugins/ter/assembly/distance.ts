/** Half the width of the stretch of a row, around the diagonal, that is computed. */
const BEAM_WIDTH: i32 = 25;
/** Cost of a cell that is not computed; one more than it does not overflow. */
const UNKNOWN: i32 = 1 << 29;

/** Which word of the answer stands where which word of the reference does, and where the two differ. */
@final
export class Alignment {
  /** For each word of the reference the last word of the answer up to it; -1 before the first. */
  readonly positions: StaticArray<i32>;
  /** For each word 1 if it is edited. */
  readonly wrongGiven: StaticArray<u8>;
  readonly wrongExpected: StaticArray<u8>;

  constructor(given: i32, expected: i32) {
    this.positions = new StaticArray<i32>(expected);
    this.wrongGiven = new StaticArray<u8>(given);
    this.wrongExpected = new StaticArray<u8>(expected);
  }
}

/**
 * The edit distance of answers to one reference, near the diagonal of the table only, as sacreBLEU computes it.
 *
 * A row is kept as the steps from each cell to the next one, two bits each, by Myers' algorithm: bit `c` of `rises` says that column
 * c + 1 costs one more than column c, that of `falls` one less. Of cells that are not computed, those on the left count as equal and those on
 * the right as rising, with no word in common: no way through them is then shorter than one through the cells that are.
 *
 * The table of one answer is kept. An answer that differs from it by a shift has the same rows above the shift, and below it rows that soon
 * differ by the same number in each cell.
 */
@final
export class BeamDistance {
  /** The columns of each row that are computed, and where its bits are kept: the blocks of those, rises and falls in turn. */
  private first: StaticArray<i32>;
  private end: StaticArray<i32>;
  private base: StaticArray<i32>;
  private kept: StaticArray<u64>;
  /** Cost of the first column that is computed. */
  private keptCosts: StaticArray<i32>;
  /** Where in the reference each word stands. */
  private places: StaticArray<u64>;
  private blocks: i32;
  /** The current row. */
  private bits: StaticArray<u64>;
  private cost: i32 = 0;
  private words: StaticArray<i32> = new StaticArray<i32>(0);

  /** @param symbols One more than the largest number of a word. */
  constructor(private expected: StaticArray<i32>, private rows: i32, symbols: i32) {
    const width = expected.length + 1;
    const blocks = (expected.length + 63) >> 6;
    const first = new StaticArray<i32>(rows + 1);
    const end = new StaticArray<i32>(rows + 1);
    const base = new StaticArray<i32>(rows + 1);
    const ratio: f64 = rows > 0 ? <f64>expected.length / rows : 1;
    // Else two rows of a very short answer would have nothing in common.
    const beam = BEAM_WIDTH < ratio / 2 ? <i32>Math.ceil(ratio / 2 + BEAM_WIDTH) : BEAM_WIDTH;
    let size = 2 * blocks;
    end[0] = width;
    for (let row = 1; row <= rows; row++) {
      const diagonal = <i32>Math.floor(row * ratio);
      first[row] = max(0, diagonal - beam);
      end[row] = row == rows ? width : min(width, diagonal + beam);
      base[row] = size;
      size += 2 * (lastBlock(first[row], end[row]) - (first[row] >> 6) + 1);
    }
    const places = new StaticArray<u64>(symbols * blocks);
    for (let column = 0; column < expected.length; column++) {
      places[expected[column] * blocks + (column >> 6)] |= (<u64>1) << (column & 63);
    }
    this.first = first;
    this.end = end;
    this.base = base;
    this.kept = new StaticArray<u64>(size);
    this.keptCosts = new StaticArray<i32>(rows + 1);
    this.places = places;
    this.blocks = blocks;
    this.bits = new StaticArray<u64>(2 * blocks);
    for (let block = 0; block < blocks; block++) this.kept[2 * block] = u64.MAX_VALUE;
  }

  /** Computes the table of an answer, and keeps it. */
  fill(given: StaticArray<i32>): i32 {
    this.words = given;
    this.restore(0);
    for (let row = 1; row <= this.rows; row++) {
      this.step(row, given[row - 1]);
      const from = (this.first[row] >> 6) * 2;
      const to = (lastBlock(this.first[row], this.end[row]) + 1) * 2;
      for (let index = from; index < to; index++) {
        unchecked((this.kept[this.base[row] + index - from] = this.bits[index]));
      }
      this.keptCosts[row] = this.cost;
    }
    return this.costAt(this.rows, this.expected.length);
  }

  /**
   * The distance of another answer of the same length, with the same words as the one that was filled in before `start`
   * and from `end`.
   */
  measure(given: StaticArray<i32>, start: i32, end: i32): i32 {
    this.restore(start);
    for (let row = start + 1; row <= this.rows; row++) {
      this.step(row, unchecked(given[row - 1]));
      if (row >= end && this.isParallel(row)) {
        return this.costAt(this.rows, this.expected.length) + this.cost - unchecked(this.keptCosts[row]);
      }
    }
    const first = this.first[this.rows];
    return this.cost + sumSteps(this.bits, 0, first, this.expected.length);
  }

  /** Makes a row that is kept the current one. */
  private restore(row: i32): void {
    const from = (this.first[row] >> 6) * 2;
    const to = (lastBlock(this.first[row], this.end[row]) + 1) * 2;
    for (let index = from; index < to; index++) {
      unchecked((this.bits[index] = this.kept[this.base[row] + index - from]));
    }
    this.cost = this.keptCosts[row];
  }

  /** True if all cells of the current row differ from those that are kept by the same number. */
  private isParallel(row: i32): bool {
    const first = unchecked(this.first[row]);
    const last = unchecked(this.end[row]) - 1;
    const base = unchecked(this.base[row]) - (first >> 6) * 2;
    for (let block = first >> 6; block <= (last - 1) >> 6; block++) {
      const index = 2 * block;
      const rises = unchecked(this.bits[index]) ^ unchecked(this.kept[base + index]);
      const falls = unchecked(this.bits[index + 1]) ^ unchecked(this.kept[base + index + 1]);
      if (((rises | falls) & bitsFrom(first, block) & ~bitsFrom(last, block)) != 0) return false;
    }
    return true;
  }

  /** Computes a row from the one above it, and makes it the current one. */
  private step(row: i32, word: i32): void {
    const bits = this.bits;
    const first = unchecked(this.first[row]);
    const above = unchecked(this.first[row - 1]);
    const endAbove = unchecked(this.end[row - 1]);
    // The first column whose cell and the one above it are both known, or one less if the cell on the left of the latter is.
    const low = first == 0 ? 0 : max(first - 1, above);
    let cost = this.cost + (above < first ? sumSteps(bits, 0, above, first) : 0);
    // On the left of what is computed, columns rise by one a row.
    let up: u64 = 1;
    let down: u64 = 0;
    const places = word * this.blocks;
    const last = max(low, unchecked(this.end[row]) - 2) >> 6;
    for (let block = low >> 6; block <= last; block++) {
      const inside = bitsFrom(low, block);
      const fresh = bitsFrom(endAbove - 1, block);
      const positive = (unchecked(bits[2 * block]) & inside) | fresh;
      const negative = unchecked(bits[2 * block + 1]) & inside & ~fresh;
      const same = unchecked(this.places[places + block]) & inside & ~bitsFrom(endAbove, block);
      const vertical = same | negative;
      const equal = same | down;
      const horizontal = (((equal & positive) + positive) ^ positive) | equal;
      const plus = negative | ~(horizontal | positive);
      const minus = positive & horizontal;
      const rising = (plus << 1) | up;
      unchecked((bits[2 * block] = (minus << 1) | down | ~(vertical | rising)));
      unchecked((bits[2 * block + 1] = rising & vertical));
      up = plus >> 63;
      down = minus >> 63;
      if (low < first && block == low >> 6) cost += <i32>((plus >> low) & 1) - <i32>((minus >> low) & 1);
    }
    this.cost = low < first ? cost : cost + 1;
  }

  private costAt(row: i32, column: i32): i32 {
    const first = this.first[row];
    if (column < first || column >= this.end[row]) return UNKNOWN;
    return this.keptCosts[row] + sumSteps(this.kept, this.base[row] - (first >> 6) * 2, first, column);
  }

  /** The alignment of the answer that was filled in: of equal costs a pair, else a deletion, else an insertion. */
  align(): Alignment {
    const alignment = new Alignment(this.rows, this.expected.length);
    let row = this.rows;
    let column = this.expected.length;
    while (row > 0 || column > 0) {
      const cost = this.costAt(row, column);
      if (row > 0 && column > 0) {
        const wrong: u8 = this.words[row - 1] == this.expected[column - 1] ? 0 : 1;
        if (this.costAt(row - 1, column - 1) + wrong == cost) {
          row--;
          column--;
          alignment.positions[column] = row;
          alignment.wrongGiven[row] = wrong;
          alignment.wrongExpected[column] = wrong;
          continue;
        }
      }
      if (row > 0 && this.costAt(row - 1, column) + 1 == cost) {
        row--;
        alignment.wrongGiven[row] = 1;
      } else {
        column--;
        alignment.positions[column] = row - 1;
        alignment.wrongExpected[column] = 1;
      }
    }
    return alignment;
  }
}

/** The last block that holds a step between two columns of a row. */
function lastBlock(first: i32, end: i32): i32 {
  return max(first, end - 2) >> 6;
}

/** The bits of a block from bit `from` of the whole row on. */
// @ts-ignore: decorator
@inline
function bitsFrom(from: i32, block: i32): u64 {
  const shift = from - (block << 6);
  return shift >= 64 ? 0 : u64.MAX_VALUE << max(0, shift);
}

/** By how much column `to` costs more than column `from`; `base` is where block 0 is or would be. */
function sumSteps(bits: StaticArray<u64>, base: i32, from: i32, to: i32): i32 {
  let sum: u64 = 0;
  for (let block = from >> 6; block << 6 < to; block++) {
    const inside = bitsFrom(from, block) & ~bitsFrom(to, block);
    sum += popcnt(unchecked(bits[base + 2 * block]) & inside) - popcnt(unchecked(bits[base + 2 * block + 1]) & inside);
  }
  return <i32>sum;
}
