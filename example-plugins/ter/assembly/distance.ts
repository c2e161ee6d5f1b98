/** Half the width of the stretch of a row, around the diagonal, that is computed. */
const BEAM_WIDTH: i32 = 25;
/** Cost of a cell that is not computed; one more than it does not overflow. */
const UNKNOWN: i32 = 1 << 29;

const KEEP: u8 = 0;
const SUBSTITUTE: u8 = 1;
const DELETE: u8 = 2;
const INSERT: u8 = 3;

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
 * The table of one answer is kept. Answers that differ from it by a shift begin with the same words, and so with the
 * same rows.
 */
@final
export class BeamDistance {
  private costs: StaticArray<i32>;
  private edits: StaticArray<u8>;
  private above: StaticArray<i32>;
  private current: StaticArray<i32>;
  private ratio: f64;
  private beam: i32 = BEAM_WIDTH;
  private width: i32;

  constructor(private expected: StaticArray<i32>, private rows: i32) {
    const width = expected.length + 1;
    this.width = width;
    this.costs = new StaticArray<i32>((rows + 1) * width);
    this.edits = new StaticArray<u8>((rows + 1) * width);
    this.above = new StaticArray<i32>(width);
    this.current = new StaticArray<i32>(width);
    this.ratio = rows > 0 ? <f64>expected.length / rows : 1;
    // Else two rows of a very short answer would have nothing in common.
    if (BEAM_WIDTH < this.ratio / 2) this.beam = <i32>Math.ceil(this.ratio / 2 + BEAM_WIDTH);
    for (let column = 0; column < width; column++) {
      unchecked((this.costs[column] = column));
      unchecked((this.edits[column] = INSERT));
    }
  }

  private first(row: i32): i32 {
    return max(0, <i32>Math.floor(row * this.ratio) - this.beam);
  }

  private end(row: i32): i32 {
    return row == this.rows ? this.width : min(this.width, <i32>Math.floor(row * this.ratio) + this.beam);
  }

  /** Computes the table of an answer, and keeps it. */
  fill(given: StaticArray<i32>): i32 {
    const width = this.width;
    const costs = this.costs;
    const edits = this.edits;
    const expected = this.expected;
    costs.fill(UNKNOWN, width);
    for (let row = 1; row <= this.rows; row++) {
      const word = unchecked(given[row - 1]);
      const end = this.end(row);
      for (let column = this.first(row), at = row * width + column; column < end; column++, at++) {
        // Of equal costs the first is taken: that decides on the alignment, and it on the shifts.
        let cost = UNKNOWN;
        let edit = KEEP;
        if (column > 0) {
          const same = word == unchecked(expected[column - 1]);
          cost = unchecked(costs[at - width - 1]) + (same ? 0 : 1);
          edit = same ? KEEP : SUBSTITUTE;
        }
        const deletion = unchecked(costs[at - width]) + 1;
        if (deletion < cost) {
          cost = deletion;
          edit = DELETE;
        }
        if (column > 0) {
          const insertion = unchecked(costs[at - 1]) + 1;
          if (insertion < cost) {
            cost = insertion;
            edit = INSERT;
          }
        }
        unchecked((costs[at] = min(cost, UNKNOWN)));
        unchecked((edits[at] = edit));
      }
    }
    return unchecked(costs[costs.length - 1]);
  }

  /**
   * The distance of another answer, of the same length, whose first `same` words are those of the one that was filled
   * in. Any number above `most` stands for a distance above it.
   */
  measure(given: StaticArray<i32>, same: i32, most: i32): i32 {
    const width = this.width;
    const expected = this.expected;
    let above = this.above;
    let current = this.current;
    for (let column = 0, at = same * width; column < width; column++, at++) {
      unchecked((above[column] = this.costs[at]));
    }
    for (let row = same + 1; row <= this.rows; row++) {
      const word = unchecked(given[row - 1]);
      const first = this.first(row);
      const end = this.end(row);
      let least = UNKNOWN;
      let left = UNKNOWN;
      let corner = first > 0 ? unchecked(above[first - 1]) : UNKNOWN;
      if (first > 0) unchecked((current[first - 1] = UNKNOWN));
      for (let column = first; column < end; column++) {
        const up = unchecked(above[column]);
        let cost = min(up, left) + 1;
        if (column > 0) cost = min(cost, word == unchecked(expected[column - 1]) ? corner : corner + 1);
        cost = min(cost, UNKNOWN);
        unchecked((current[column] = cost));
        least = min(least, cost);
        left = cost;
        corner = up;
      }
      // Each way to the last cell leads through this row.
      if (least > most) return least;
      if (end < width) current.fill(UNKNOWN, end);
      const swap = above;
      above = current;
      current = swap;
    }
    return unchecked(above[width - 1]);
  }

  /** The alignment of the answer that was filled in. */
  align(): Alignment {
    const width = this.width;
    const alignment = new Alignment(this.rows, width - 1);
    let row = this.rows;
    let column = width - 1;
    while (row > 0 || column > 0) {
      const edit = unchecked(this.edits[row * width + column]);
      const wrong: u8 = edit == KEEP ? 0 : 1;
      if (edit != DELETE) {
        column--;
        unchecked((alignment.positions[column] = row - 1));
        unchecked((alignment.wrongExpected[column] = wrong));
      }
      if (edit != INSERT) {
        row--;
        unchecked((alignment.wrongGiven[row] = wrong));
      }
    }
    return alignment;
  }
}
