/** Rows of the table in one block: one bit each. */
const WIDTH: i32 = 64;

/** Blocks of a group, which are computed together; and by how many bits a symbol is shifted to reach its places. */
const GROUP: i32 = 4;
const GROUP_BITS: i32 = 5;

/** Symbols, and columns, for which the tables are kept. */
const MAX_KEPT: i32 = 4096;

/** Places before the first column and after the last one that the blocks of a group look at or write to; their symbol stands nowhere. */
const MARGIN: i32 = 8;

/** The tables of the last call, for the next: a plugin may compare thousands of short texts, and garbage stays until its call ends. */
let keptPlaces: StaticArray<u64> | null = null;
let keptColumns: StaticArray<u32> | null = null;
let keptSteps: StaticArray<u64> | null = null;

/** How many blocks so many rows take. */
export function blocksOf(rows: i32): i32 {
  return (rows + WIDTH - 1) / WIDTH;
}

/**
 * The table of distances, a group of blocks after the other; what goes from one to the next are the steps along its last row.
 *
 *     rows of a group    step 0  1  2  3  4 …     the blocks of a group are the lanes of vectors; each is a column
 *     block 0 (upper)         0  1  2  3  4       behind the one above it, whose step it then has
 *     block 1                    0  1  2  3
 *     block 2                       0  1  2
 *     block 3 (lower)                  0  1
 *
 * Where the rows do not fill their blocks, the first block begins with empty rows: they are as long as the row above the table, and no symbol
 * stands there. So the last row is always the last bit.
 */
@final
export class BlockTable {
  /** Where in the rows of each block of the group each symbol stands; those of a symbol side by side, so that one load takes two. */
  private places: StaticArray<u64>;
  /** For each column where its symbol's places are, with margins. */
  private columns: StaticArray<u32>;
  /** For each column two words: the highest bit of the first is set if the row under the last block rises there, that of the second if it sinks. */
  private steps: StaticArray<u64>;
  private width: i32;

  /** @param symbols One more than the largest number of a symbol. */
  constructor(symbols: i32, columns: StaticArray<i32>, start: i32, end: i32) {
    const width = end - start;
    this.width = width;
    // Each distance leaves zeros in the places.
    const oldPlaces = keptPlaces;
    const size = GROUP * (symbols + 1);
    const places = oldPlaces !== null && oldPlaces.length >= size ? oldPlaces : new StaticArray<u64>(size);
    if (symbols <= MAX_KEPT) keptPlaces = places;
    this.places = places;
    const oldColumns = keptColumns;
    const oldSteps = keptSteps;
    const isEnough = oldColumns !== null && oldColumns.length >= width + 2 * MARGIN;
    this.columns = isEnough ? oldColumns! : new StaticArray<u32>(width + 2 * MARGIN);
    this.steps = isEnough ? oldSteps! : new StaticArray<u64>(2 * (width + 2 * MARGIN));
    if (width <= MAX_KEPT) {
      keptColumns = this.columns;
      keptSteps = this.steps;
    }
    const nowhere = this.placesOf(symbols);
    for (let margin = 0; margin < MARGIN; margin++) {
      unchecked((this.columns[margin] = <u32>nowhere));
      unchecked((this.columns[MARGIN + width + margin] = <u32>nowhere));
    }
    let column = 0;
    const to = changetype<usize>(this.columns) + (MARGIN << 2);
    const from = changetype<usize>(columns) + (<usize>start << 2);
    if (ASC_FEATURE_SIMD) {
      const base = i32x4.splat(<i32>this.placesOf(0));
      for (; column < width - 3; column += 4) {
        const four = i32x4.shl(v128.load(from + (<usize>column << 2)), GROUP_BITS);
        v128.store(to + (<usize>column << 2), i32x4.add(four, base));
      }
    }
    for (; column < width; column++) {
      store<u32>(to + (<usize>column << 2), <u32>this.placesOf(load<i32>(from + (<usize>column << 2))));
    }
    // The top row of the table rises by one a column.
    let step = changetype<usize>(this.steps) + (MARGIN << 4);
    for (const end = step + (<usize>width << 4); step < end; step += 16) {
      store<u64>(step, u64.MAX_VALUE);
      store<u64>(step, 0, 8);
    }
  }

  distance(rows: StaticArray<i32>, first: i32, last: i32): i32 {
    const blocks = blocksOf(last - first);
    let empty = blocks * WIDTH - (last - first);
    let row = first;
    // The first group takes those that do not fill one.
    let group = ASC_FEATURE_SIMD ? ((blocks - 1) & (GROUP - 1)) + 1 : 1;
    while (row < last) {
      // Four blocks a step take less time than one and two.
      if (group == 3) {
        group = GROUP;
        empty += WIDTH;
      }
      const end = row + group * WIDTH - empty;
      this.mark(rows, row, end, empty);
      if (group == 1) this.fill(empty);
      else if (ASC_FEATURE_SIMD && group == 2) this.fillTwo(empty);
      else if (ASC_FEATURE_SIMD) this.fillFour(empty);
      this.unmark(rows, row, end);
      row = end;
      empty = 0;
      if (ASC_FEATURE_SIMD) group = GROUP;
    }
    return last - first + this.sumSteps();
  }

  private sumSteps(): i32 {
    let sum: u64 = 0;
    for (let column = MARGIN; column < MARGIN + this.width; column++) {
      sum += (unchecked(this.steps[2 * column]) >> 63) - (unchecked(this.steps[2 * column + 1]) >> 63);
    }
    return <i32>sum;
  }

  // @ts-ignore: decorator
  @inline
  private placesOf(symbol: i32): usize {
    return changetype<usize>(this.places) + (<usize>symbol << GROUP_BITS);
  }

  /** Notes where the symbols of a group stand, after so many empty rows. */
  private mark(rows: StaticArray<i32>, row: i32, end: i32, empty: i32): void {
    for (let bit = empty; row < end; row++, bit++) {
      const place = this.placesOf(unchecked(rows[row])) + ((bit >> 6) << 3);
      store<u64>(place, load<u64>(place) | ((<u64>1) << bit));
    }
  }

  private unmark(rows: StaticArray<i32>, row: i32, end: i32): void {
    for (; row < end; row++) {
      const place = this.placesOf(unchecked(rows[row]));
      if (ASC_FEATURE_SIMD) {
        v128.store(place, i64x2.splat(0));
        v128.store(place, i64x2.splat(0), 16);
      } else {
        store<u64>(place, 0);
      }
    }
  }

  /** Computes one block. */
  private fill(empty: i32): void {
    let column = changetype<usize>(this.columns) + (MARGIN << 2);
    const end = column + (<usize>this.width << 2);
    let steps = changetype<usize>(this.steps) + (MARGIN << 4);
    let positive = u64.MAX_VALUE << empty;
    let negative: u64 = 0;
    for (; column < end; column += 4, steps += 16) {
      const sinks = load<u64>(steps, 8) >> 63;
      const same = load<u64>(load<u32>(column));
      const vertical = same | negative;
      const equal = same | sinks;
      const up = load<u64>(steps) >> 63;
      const high = equal & positive;
      const carried = (high + positive) ^ positive;
      const plus = negative | ~(carried | (equal | positive));
      const minus = (positive & carried) | high;
      store<u64>(steps, plus);
      store<u64>(steps, minus, 8);
      positive = (minus << 1) | sinks | ~((plus << 1) | (up | vertical));
      negative = ((plus << 1) | up) & vertical;
    }
  }

  /**
   * Computes two blocks. A block that has not begun yet stays as it is: no symbol stands there, and nothing comes from above.
   *
   * What `fill` calls positive is kept inverted: with x for `equal & positive`, `(x + positive) ^ positive` is `(unrisen - x) ^ unrisen`.
   */
  private fillTwo(empty: i32): void {
    let column = changetype<usize>(this.columns) + (MARGIN << 2);
    const end = column + (<usize>(this.width + 1) << 2);
    let steps = changetype<usize>(this.steps) + (MARGIN << 4);
    let unrisen = i64x2(~((<i64>-1) << empty), 0);
    let negative = i64x2.splat(0);
    // What each block gives to the one below it in the next step, in the highest bits.
    let plus = i64x2.splat(0);
    let minus = i64x2.splat(0);
    // Where the symbol of the column before stands.
    let before = i64x2.splat(0);
    for (; column < end; column += 4, steps += 16) {
      const top = v128.load(steps);
      const found = v128.load(load<u32>(column));
      const same = v128.shuffle<u64>(found, before, 0, 3);
      before = found;
      const up = i64x2.shr_u(v128.shuffle<u64>(top, plus, 0, 2), 63);
      const down = i64x2.shr_u(v128.shuffle<u64>(top, minus, 1, 2), 63);
      const vertical = v128.or(same, negative);
      const equal = v128.or(same, down);
      const high = v128.andnot(equal, unrisen);
      const carried = v128.xor(i64x2.sub(unrisen, high), unrisen);
      plus = v128.or(negative, v128.andnot(v128.andnot(unrisen, equal), carried));
      minus = v128.or(v128.andnot(carried, unrisen), high);
      v128.store(steps - 16, v128.shuffle<u64>(plus, minus, 1, 3));
      const rising = i64x2.shl(plus, 1);
      unrisen = v128.andnot(v128.or(rising, v128.or(up, vertical)), v128.or(i64x2.shl(minus, 1), down));
      negative = v128.and(v128.or(rising, up), vertical);
    }
  }

  /** As `fillTwo`, computes four blocks, two in each of two vectors: their steps do not wait for each other. */
  private fillFour(empty: i32): void {
    let column = changetype<usize>(this.columns) + (MARGIN << 2);
    const end = column + (<usize>(this.width + 3) << 2);
    let steps = changetype<usize>(this.steps) + (MARGIN << 4);
    // If the whole first block is empty, the second one begins with the other empty rows, of which the step before its first column adds one.
    const early = empty > WIDTH;
    let upperUnrisen = empty < WIDTH ? i64x2(~((<i64>-1) << empty), 0) : i64x2(-1, early ? ~((<i64>-1) << (empty - WIDTH - 1)) : 0);
    let lowerUnrisen = i64x2.splat(0);
    let upperNegative = i64x2.splat(0);
    let lowerNegative = i64x2.splat(0);
    let upperPlus = i64x2(early ? -1 : 0, 0);
    let lowerPlus = i64x2.splat(0);
    let upperMinus = i64x2.splat(0);
    let lowerMinus = i64x2.splat(0);
    let upperBefore = i64x2.splat(0);
    let lowerBefore = i64x2.splat(0);
    for (; column < end; column += 4, steps += 16) {
      const top = v128.load(steps);
      const upperFound = v128.load(load<u32>(column));
      const lowerFound = v128.load(load<u32>(column - 8), 16);
      const upperSame = v128.shuffle<u64>(upperFound, upperBefore, 0, 3);
      const lowerSame = v128.shuffle<u64>(lowerFound, lowerBefore, 0, 3);
      upperBefore = upperFound;
      lowerBefore = lowerFound;
      const lowerUp = i64x2.shr_u(v128.shuffle<u64>(upperPlus, lowerPlus, 1, 2), 63);
      const lowerDown = i64x2.shr_u(v128.shuffle<u64>(upperMinus, lowerMinus, 1, 2), 63);
      const upperUp = i64x2.shr_u(v128.shuffle<u64>(top, upperPlus, 0, 2), 63);
      const upperDown = i64x2.shr_u(v128.shuffle<u64>(top, upperMinus, 1, 2), 63);

      const upperVertical = v128.or(upperSame, upperNegative);
      const lowerVertical = v128.or(lowerSame, lowerNegative);
      const upperEqual = v128.or(upperSame, upperDown);
      const lowerEqual = v128.or(lowerSame, lowerDown);
      const upperHigh = v128.andnot(upperEqual, upperUnrisen);
      const upperCarried = v128.xor(i64x2.sub(upperUnrisen, upperHigh), upperUnrisen);
      const lowerHigh = v128.andnot(lowerEqual, lowerUnrisen);
      const lowerCarried = v128.xor(i64x2.sub(lowerUnrisen, lowerHigh), lowerUnrisen);
      upperPlus = v128.or(upperNegative, v128.andnot(v128.andnot(upperUnrisen, upperEqual), upperCarried));
      lowerPlus = v128.or(lowerNegative, v128.andnot(v128.andnot(lowerUnrisen, lowerEqual), lowerCarried));
      upperMinus = v128.or(v128.andnot(upperCarried, upperUnrisen), upperHigh);
      lowerMinus = v128.or(v128.andnot(lowerCarried, lowerUnrisen), lowerHigh);
      v128.store(steps - 48, v128.shuffle<u64>(lowerPlus, lowerMinus, 1, 3));

      const upperRising = i64x2.shl(upperPlus, 1);
      const lowerRising = i64x2.shl(lowerPlus, 1);
      upperUnrisen = v128.andnot(v128.or(upperRising, v128.or(upperUp, upperVertical)), v128.or(i64x2.shl(upperMinus, 1), upperDown));
      lowerUnrisen = v128.andnot(v128.or(lowerRising, v128.or(lowerUp, lowerVertical)), v128.or(i64x2.shl(lowerMinus, 1), lowerDown));
      upperNegative = v128.and(v128.or(upperRising, upperUp), upperVertical);
      lowerNegative = v128.and(v128.or(lowerRising, lowerUp), lowerVertical);
    }
  }
}
