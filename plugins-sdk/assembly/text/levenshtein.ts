import { renumber } from "./renumber";

/** Rows of the table in one block: one bit each. */
const WIDTH: i32 = 64;

/** Symbols, and columns, for which the table is kept. */
const MAX_KEPT: i32 = 4096;

/** The tables of the last call, for the next: a plugin may compare thousands of short texts, and garbage stays until its call ends. */
let keptPlaces: StaticArray<u64> | null = null;
let keptSteps: StaticArray<u8> | null = null;

/**
 * Fewest insertions, deletions and substitutions that turn one sequence into the other.
 *
 * Myers' bit-vector algorithm, as Hyyrö gives it for blocks: one step for 64 cells of the table, or for twice 64 with vectors. Symbols are
 * not negative; take `toCodePoints` for texts, a `Vocabulary` for words.
 */
export function levenshteinDistance(a: StaticArray<i32>, b: StaticArray<i32>): i32 {
  let start = 0;
  let endA = a.length;
  let endB = b.length;
  while (start < endA && start < endB && unchecked(a[start]) == unchecked(b[start])) start++;
  while (endA > start && endB > start && unchecked(a[endA - 1]) == unchecked(b[endB - 1])) {
    endA--;
    endB--;
  }
  if (endA == start) return endB - start;
  if (endB == start) return endA - start;
  const symbols = renumber(a, b);
  if (steps(endA - start, endB - start) <= steps(endB - start, endA - start)) {
    return new BlockTable(symbols.size, symbols.b, start, endB).distance(symbols.a, start, endA);
  }
  return new BlockTable(symbols.size, symbols.a, start, endA).distance(symbols.b, start, endB);
}

function steps(rows: i32, columns: i32): i64 {
  return <i64>((rows + WIDTH - 1) / WIDTH) * columns;
}

/** The table, block of rows after block of rows; what goes from one to the next are the steps along its last row. */
@final
class BlockTable {
  /** Where in the block's rows each symbol stands; two blocks side by side, so that one load takes both. */
  private places: StaticArray<u64>;
  /** For each column by how much the row under the last block rises there: 1, 0 or, as 2, minus 1. */
  private steps: StaticArray<u8>;

  constructor(symbols: i32, private columns: StaticArray<i32>, private start: i32, private end: i32) {
    // Each distance leaves zeros in the places.
    const oldPlaces = keptPlaces;
    const places = oldPlaces !== null && oldPlaces.length >= 2 * symbols ? oldPlaces : new StaticArray<u64>(2 * symbols);
    if (symbols <= MAX_KEPT) keptPlaces = places;
    this.places = places;
    const oldSteps = keptSteps;
    const steps = oldSteps !== null && oldSteps.length >= end - start ? oldSteps : new StaticArray<u8>(end - start);
    if (end - start <= MAX_KEPT) keptSteps = steps;
    this.steps = steps;
    // The top row of the table rises by one a column.
    memory.fill(changetype<usize>(this.steps), 1, end - start);
  }

  distance(rows: StaticArray<i32>, first: i32, last: i32): i32 {
    let distance = last - first;
    let row = first;
    // Where the compiler has no vectors, block after block.
    for (; ASC_FEATURE_SIMD && last - row > WIDTH; row += 2 * WIDTH) {
      const end = min(row + 2 * WIDTH, last);
      this.mark(rows, row, end);
      this.fillTwo(end - row - WIDTH - 1);
      this.unmark(rows, row, end);
    }
    for (; row < last; row += WIDTH) {
      const end = min(row + WIDTH, last);
      this.mark(rows, row, end);
      this.fill(end - row - 1);
      this.unmark(rows, row, end);
    }
    for (let column = 0; column < this.end - this.start; column++) {
      const step = <i32>unchecked(this.steps[column]);
      distance += (step & 1) - (step >> 1);
    }
    return distance;
  }

  /** Notes where the symbols of one or two blocks stand. */
  private mark(rows: StaticArray<i32>, row: i32, end: i32): void {
    const places = this.places;
    for (let index = row; index < end; index++) {
      const place = unchecked(rows[index]) * 2 + ((index - row) >> 6);
      unchecked((places[place] |= (<u64>1) << (index - row)));
    }
  }

  private unmark(rows: StaticArray<i32>, row: i32, end: i32): void {
    for (let index = row; index < end; index++) {
      const place = changetype<usize>(this.places) + ((<usize>unchecked(rows[index])) << 4);
      store<u64>(place, 0);
      store<u64>(place, 0, 8);
    }
  }

  /** Computes one block, whose last row is row `last`. */
  private fill(last: u64): void {
    const columns = this.columns;
    const places = this.places;
    let steps = changetype<usize>(this.steps);
    let positive = u64.MAX_VALUE;
    let negative: u64 = 0;
    for (let column = this.start; column < this.end; column++, steps++) {
      const step = <u64>load<u8>(steps);
      const sinks = step >> 1;
      const same = unchecked(places[columns[column] * 2]);
      const vertical = same | negative;
      const equal = same | sinks;
      const horizontal = (((equal & positive) + positive) ^ positive) | equal;
      const plus = negative | ~(horizontal | positive);
      const minus = positive & horizontal;
      store<u8>(steps, <u8>(((plus >> last) & 1) | (((minus >> last) & 1) << 1)));
      const rising = (plus << 1) | (step & 1);
      positive = (minus << 1) | sinks | ~(vertical | rising);
      negative = rising & vertical;
    }
  }

  /**
   * Computes two blocks in the two lanes of vectors. The lower one, whose last row is row `last`, is a column behind the upper one, whose steps
   * it takes.
   */
  private fillTwo(last: u64): void {
    const places = changetype<usize>(this.places);
    const end = changetype<usize>(this.columns) + ((<usize>this.end) << 2);
    let column = changetype<usize>(this.columns) + ((<usize>this.start) << 2);
    let steps = changetype<usize>(this.steps);
    let positive = i64x2.splat(-1);
    let negative = i64x2.splat(0);
    // What the upper block gives to the lower one in the next step, in the lower one's lane.
    let rises = i64x2.splat(0);
    let sinks = i64x2.splat(0);
    // Where the symbol of the column before stands.
    let before = i64x2.splat(0);
    // The lanes that have begun: the lower one does a column later.
    const begun = i64x2(-1, 0);
    // One step more than there are columns: the last one of the lower block, in which the upper one's lane means nothing.
    for (let first = true; column <= end; column += 4, steps++) {
      const isOver = column == end;
      const found = isOver ? before : v128.load(places + ((<usize>load<i32>(column)) << 4));
      const step = isOver ? 0 : <i64>load<u8>(steps);
      const same = v128.shuffle<u64>(found, before, 0, 3);
      before = found;
      const up = i64x2.replace_lane(rises, 0, step & 1);
      const down = i64x2.replace_lane(sinks, 0, step >> 1);
      const vertical = v128.or(same, negative);
      const equal = v128.or(same, down);
      const horizontal = v128.or(v128.xor(i64x2.add(v128.and(equal, positive), positive), positive), equal);
      const plus = v128.or(negative, v128.not(v128.or(horizontal, positive)));
      const minus = v128.and(positive, horizontal);
      const rising = v128.or(i64x2.shl(plus, 1), up);
      positive = v128.or(v128.or(i64x2.shl(minus, 1), down), v128.not(v128.or(vertical, rising)));
      negative = v128.and(rising, vertical);
      if (first) {
        first = false;
        positive = v128.or(positive, v128.not(begun));
        negative = v128.and(negative, begun);
      } else {
        const lowPlus = <u64>i64x2.extract_lane(plus, 1);
        const lowMinus = <u64>i64x2.extract_lane(minus, 1);
        store<u8>(steps - 1, <u8>(((lowPlus >> last) & 1) | (((lowMinus >> last) & 1) << 1)));
      }
      const upPlus = i64x2.shr_u(plus, 63);
      const upMinus = i64x2.shr_u(minus, 63);
      rises = v128.shuffle<u64>(upPlus, upPlus, 1, 0);
      sinks = v128.shuffle<u64>(upMinus, upMinus, 1, 0);
    }
  }
}
