/**
 * Longest common subsequences with the sequence `a`, by bits: one step for 64 cells of the table.
 *
 * In the row of a position of the other sequence, a bit is 0 where the subsequence up to there is longer than that up to the place before.
 *
 * @see H. Hyyrö, Bit-parallel LCS-length computation revisited, 2004
 */
@final
export class Subsequences {
  /** Where in the part of `a` that counts each number stands. */
  private places: StaticArray<u64>;
  private rows: StaticArray<u64>;
  private width: i32 = 0;
  private from: i32 = 0;
  private to: i32 = 0;

  /**
   * @param longest Length of the longest part of `a` that will count. @param other Length of the longest part of the other sequence
   * that will be marked. @param symbols One more than the largest number.
   */
  constructor(private a: StaticArray<i32>, longest: i32, other: i32, symbols: i32) {
    const width = (longest + 63) >> 6;
    this.places = new StaticArray<u64>(symbols * width);
    this.rows = new StaticArray<u64>((other + 1) * width);
  }

  /** Makes a part of `a` the one that counts. */
  load(from: i32, to: i32): void {
    for (let index = this.from; index < this.to; index++) {
      unchecked((this.places[this.a[index] * this.width + ((index - this.from) >> 6)] = 0));
    }
    this.from = from;
    this.to = to;
    this.width = (to - from + 63) >> 6;
    for (let index = from; index < to; index++) {
      const place = unchecked(this.a[index]) * this.width + ((index - from) >> 6);
      unchecked((this.places[place] |= (<u64>1) << (index - from)));
    }
  }

  /** Length of the longest one. */
  longest(b: StaticArray<i32>): i32 {
    const rows = new StaticArray<u64>(this.width);
    memory.fill(changetype<usize>(rows), 0xff, <usize>this.width << 3);
    for (let index = 0; index < b.length; index++) this.step(rows, 0, 0, unchecked(b[index]));
    return this.zeros(rows);
  }

  /** True if a part of `a` that counts fits into one block. */
  get isNarrow(): bool {
    return this.width == 1;
  }

  /** As `mark`, for a part of `a` in one block: the marks as bits. */
  markNarrow(b: StaticArray<i32>, first: i32, end: i32): u64 {
    const rows = this.rows;
    let row = u64.MAX_VALUE;
    for (let j = first; j < end; j++) {
      const same = row & unchecked(this.places[b[j]]);
      row = (row + same) | (row & ~same);
      unchecked((rows[j - first] = row));
    }
    if (row == u64.MAX_VALUE) return 0;
    let marks: u64 = 0;
    let bit = (<u64>1) << (this.to - this.from - 1);
    let j = end - 1;
    while (bit != 0 && j >= first) {
      if ((unchecked(this.places[b[j]]) & bit) != 0) {
        marks |= bit;
        bit >>= 1;
        j--;
      } else if ((unchecked(rows[j - first]) & bit) == 0) {
        j--;
      } else {
        bit >>= 1;
      }
    }
    return marks;
  }

  /** Marks in `a` one longest common subsequence with a part of `b`: the one that the reference walks back. */
  mark(b: StaticArray<i32>, first: i32, end: i32, marks: StaticArray<bool>): void {
    const width = this.width;
    const rows = this.rows;
    memory.fill(changetype<usize>(rows), 0xff, <usize>width << 3);
    for (let j = first; j < end; j++) {
      const row = (j - first) * width;
      this.step(rows, row, row + width, unchecked(b[j]));
    }
    let i = this.to - 1;
    let j = end - 1;
    while (i >= this.from && j >= first) {
      const bit = (<u64>1) << (i - this.from);
      if (unchecked(this.a[i]) == unchecked(b[j])) {
        unchecked((marks[i--] = true));
        j--;
      } else if ((unchecked(rows[(j - first + 1) * width + ((i - this.from) >> 6)]) & bit) == 0) {
        j--;
      } else {
        i--;
      }
    }
  }

  /** Computes the row of one more word from the row before. */
  @inline
  private step(rows: StaticArray<u64>, before: i32, after: i32, word: i32): void {
    const places = word * this.width;
    let carry: u64 = 0;
    for (let block = 0; block < this.width; block++) {
      const row = unchecked(rows[before + block]);
      const same = row & unchecked(this.places[places + block]);
      const sum = row + same;
      const whole = sum + carry;
      carry = u64(sum < row) | u64(whole < sum);
      unchecked((rows[after + block] = whole | (row & ~same)));
    }
  }

  private zeros(rows: StaticArray<u64>): i32 {
    let count: u64 = 0;
    for (let block = 0; block < this.width; block++) count += popcnt(~unchecked(rows[block]));
    return <i32>count;
  }
}
