/**
 * Longest common subsequences with the sequence `a`, by bits: one step for 64 cells of the table.
 *
 * In the row of a position of the other sequence, a bit is 0 where the subsequence up to there is longer than that up to the place before.
 *
 * @see H. Hyyrö, Bit-parallel LCS-length computation revisited, 2004
 */
@final
export class Subsequences {
  /** Where in `a` each number stands. */
  private places: StaticArray<u64>;
  private width: i32;

  /** @param from The part of `a` that counts, up to `to`. @param symbols One more than the largest number. */
  constructor(private a: StaticArray<i32>, private from: i32, private to: i32, symbols: i32) {
    const width = (to - from + 63) >> 6;
    const places = new StaticArray<u64>(symbols * width);
    for (let index = from; index < to; index++) {
      const place = unchecked(a[index]) * width + ((index - from) >> 6);
      unchecked((places[place] |= (<u64>1) << (index - from)));
    }
    this.width = width;
    this.places = places;
  }

  /** Length of the longest one. */
  longest(b: StaticArray<i32>): i32 {
    const rows = new StaticArray<u64>(this.width);
    memory.fill(changetype<usize>(rows), 0xff, <usize>this.width << 3);
    for (let index = 0; index < b.length; index++) this.step(rows, 0, 0, unchecked(b[index]));
    return this.zeros(rows);
  }

  /** Marks in `a` one longest common subsequence with a part of `b`: the one that the reference walks back. */
  mark(b: StaticArray<i32>, first: i32, end: i32, marks: StaticArray<bool>): void {
    const width = this.width;
    if (width == 0) return;
    const rows = new StaticArray<u64>((end - first + 1) * width);
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
