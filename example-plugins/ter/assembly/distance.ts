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
 * The table of one answer is kept, as much of each row as is computed. An answer that differs from it by a shift has
 * the same rows above the shift, and below it rows that soon differ by the same number in each cell.
 */
@final
export class BeamDistance {
  /** The part of each row that is computed, and where it is kept. */
  private first: StaticArray<i32>;
  private end: StaticArray<i32>;
  private base: StaticArray<i32>;
  private costs: StaticArray<i32> = new StaticArray<i32>(0);
  private above: StaticArray<i32>;
  private current: StaticArray<i32>;
  private words: StaticArray<i32> = new StaticArray<i32>(0);

  constructor(private expected: StaticArray<i32>, private rows: i32) {
    const width = expected.length + 1;
    this.above = new StaticArray<i32>(width);
    this.current = new StaticArray<i32>(width);
    this.first = new StaticArray<i32>(rows + 1);
    this.end = new StaticArray<i32>(rows + 1);
    this.base = new StaticArray<i32>(rows + 1);
    const ratio: f64 = rows > 0 ? <f64>expected.length / rows : 1;
    // Else two rows of a very short answer would have nothing in common.
    const beam = BEAM_WIDTH < ratio / 2 ? <i32>Math.ceil(ratio / 2 + BEAM_WIDTH) : BEAM_WIDTH;
    let size = width;
    this.end[0] = width;
    for (let row = 1; row <= rows; row++) {
      const diagonal = <i32>Math.floor(row * ratio);
      this.first[row] = max(0, diagonal - beam);
      this.end[row] = row == rows ? width : min(width, diagonal + beam);
      this.base[row] = size;
      size += this.end[row] - this.first[row];
    }
    this.costs = new StaticArray<i32>(size);
    for (let column = 0; column < width; column++) this.costs[column] = column;
  }

  private cost(row: i32, column: i32): i32 {
    if (column < this.first[row] || column >= this.end[row]) return UNKNOWN;
    return this.costs[this.base[row] + column - this.first[row]];
  }

  /** Computes the table of an answer, and keeps it. */
  fill(given: StaticArray<i32>): i32 {
    this.words = given;
    this.restore(0);
    for (let row = 1; row <= this.rows; row++) {
      this.step(row, given[row - 1]);
      const first = this.first[row];
      const base = this.base[row] - first;
      for (let column = first; column < this.end[row]; column++) unchecked((this.costs[base + column] = this.above[column]));
    }
    return this.cost(this.rows, this.expected.length);
  }

  /**
   * The distance of another answer of the same length, with the same words as the one that was filled in before `start`
   * and from `end`. Any number above `most` stands for a distance above it.
   */
  measure(given: StaticArray<i32>, start: i32, end: i32, most: i32): i32 {
    this.restore(start);
    for (let row = start + 1; row <= this.rows; row++) {
      const least = this.step(row, unchecked(given[row - 1]));
      // Each way to the last cell leads through this row.
      if (least > most) return least;
      if (row < end) continue;
      const difference = this.compare(row);
      if (difference != UNKNOWN) return this.cost(this.rows, this.expected.length) + difference;
    }
    return unchecked(this.above[this.expected.length]);
  }

  /** Makes a row that is kept the current one. */
  private restore(row: i32): void {
    const first = this.first[row];
    const base = this.base[row] - first;
    this.above.fill(UNKNOWN);
    for (let column = first; column < this.end[row]; column++) unchecked((this.above[column] = this.costs[base + column]));
  }

  /** By how much all cells of the current row differ from those that are kept; `UNKNOWN` if not all by the same. */
  private compare(row: i32): i32 {
    const first = this.first[row];
    const base = this.base[row] - first;
    const difference = unchecked(this.above[first] - this.costs[base + first]);
    for (let column = first + 1; column < this.end[row]; column++) {
      if (unchecked(this.above[column] - this.costs[base + column]) != difference) return UNKNOWN;
    }
    return difference;
  }

  /** Computes a row from the one above it, makes it the current one, and returns its least cost. */
  private step(row: i32, word: i32): i32 {
    const expected = this.expected;
    const above = this.above;
    const current = this.current;
    const first = unchecked(this.first[row]);
    const end = unchecked(this.end[row]);
    let least = UNKNOWN;
    let left = UNKNOWN;
    let corner = UNKNOWN;
    if (first > 0) {
      corner = unchecked(above[first - 1]);
      unchecked((current[first - 1] = UNKNOWN));
    }
    for (let column = first; column < end; column++) {
      const up = unchecked(above[column]);
      let cost = min(up, left) + 1;
      if (column > 0) cost = min(cost, corner + (word == unchecked(expected[column - 1]) ? 0 : 1));
      cost = min(cost, UNKNOWN);
      unchecked((current[column] = cost));
      least = min(least, cost);
      left = cost;
      corner = up;
    }
    // The next row reads no further than this.
    const next = row < this.rows ? unchecked(this.end[row + 1]) : end;
    for (let column = end; column < next; column++) unchecked((current[column] = UNKNOWN));
    this.above = current;
    this.current = above;
    return least;
  }

  /** The alignment of the answer that was filled in: of equal costs a pair, else a deletion, else an insertion. */
  align(): Alignment {
    const alignment = new Alignment(this.rows, this.expected.length);
    let row = this.rows;
    let column = this.expected.length;
    while (row > 0 || column > 0) {
      const cost = this.cost(row, column);
      if (row > 0 && column > 0) {
        const wrong: u8 = this.words[row - 1] == this.expected[column - 1] ? 0 : 1;
        if (this.cost(row - 1, column - 1) + wrong == cost) {
          row--;
          column--;
          alignment.positions[column] = row;
          alignment.wrongGiven[row] = wrong;
          alignment.wrongExpected[column] = wrong;
          continue;
        }
      }
      if (row > 0 && this.cost(row - 1, column) + 1 == cost) {
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
