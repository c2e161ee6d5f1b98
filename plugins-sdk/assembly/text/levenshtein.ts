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
 * Myers' bit-vector algorithm, as Hyyrö gives it for blocks: one step for 64 cells of the table. Symbols are not negative;
 * take `toCodePoints` for texts, a `Vocabulary` for words.
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
  /** Where in the block's rows each symbol stands. */
  private places: StaticArray<u64>;
  /** For each column by how much the row under the last block rises there: 1, 0 or, as 2, minus 1. */
  private steps: StaticArray<u8>;

  constructor(symbols: i32, private columns: StaticArray<i32>, private start: i32, private end: i32) {
    // Each distance leaves zeros in the places.
    const oldPlaces = keptPlaces;
    const places = oldPlaces !== null && oldPlaces.length >= symbols ? oldPlaces : new StaticArray<u64>(symbols);
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
    const places = this.places;
    let distance = last - first;
    for (let row = first; row < last; row += WIDTH) {
      const end = min(row + WIDTH, last);
      for (let index = row; index < end; index++) {
        unchecked((places[rows[index]] |= (<u64>1) << (index - row)));
      }
      this.fill(end - row - 1);
      for (let index = row; index < end; index++) unchecked((places[rows[index]] = 0));
    }
    for (let column = this.start; column < this.end; column++) {
      const step = <i32>unchecked(this.steps[column - this.start]);
      distance += (step & 1) - (step >> 1);
    }
    return distance;
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
      const same = unchecked(places[columns[column]]);
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
}
