import { fail } from "@testbench/plugins-sdk";

/** Words of the largest table of steps, 32 MiB: about 16,000 words against 16,000. */
const MAX_TABLE: i64 = 4194304;

/** How often each kind of edit stands in an alignment. */
@final
export class Alignment {
  hits: i32 = 0;
  substitutions: i32 = 0;
  deletions: i32 = 0;
  insertions: i32 = 0;

  add(other: Alignment): void {
    this.hits += other.hits;
    this.substitutions += other.substitutions;
    this.deletions += other.deletions;
    this.insertions += other.insertions;
  }
}

/**
 * Aligns two sequences of numbers below `symbols` with the fewest edits.
 *
 * Several alignments can be equally short, and rates like MER depend on which one is taken. This takes the
 * one of rapidfuzz, which the reference implementation uses: without the common ends, walking back from the
 * end, a deletion where the table allows it, then an insertion, then a pair.
 */
export function align(reference: StaticArray<i32>, output: StaticArray<i32>, symbols: i32): Alignment {
  const result = new Alignment();
  let start = 0;
  let endReference = reference.length;
  let endOutput = output.length;
  while (start < endReference && start < endOutput && unchecked(reference[start]) == unchecked(output[start])) start++;
  while (endReference > start && endOutput > start && unchecked(reference[endReference - 1]) == unchecked(output[endOutput - 1])) {
    endReference--;
    endOutput--;
  }
  let row = endOutput - start;
  let column = endReference - start;
  result.hits = reference.length - column;
  const width = (column + 63) >> 6;
  if (<i64>2 * width * row > MAX_TABLE || <i64>width * symbols > MAX_TABLE) {
    fail("Cannot align: the sentences are too long");
    return result;
  }
  const table = fillTable(reference, output, start, row, column, symbols);

  while (row > 0 && column > 0) {
    const bit = (<u64>1) << ((column - 1) & 63);
    const cell = (row - 1) * 2 * width + ((column - 1) >> 6);
    if ((unchecked(table[cell]) & bit) != 0) {
      result.deletions++;
      column--;
      continue;
    }
    row--;
    if (row > 0 && (unchecked(table[cell - width]) & bit) != 0) {
      result.insertions++;
      continue;
    }
    column--;
    if (unchecked(reference[start + column]) == unchecked(output[start + row])) result.hits++;
    else result.substitutions++;
  }
  result.deletions += column;
  result.insertions += row;
  return result;
}

/**
 * Steps of the table of distances, by Myers' algorithm: for each word of the output a row, and in it one bit for each word of
 * the reference. First the bits where the distance rises from the cell on the left, then those where it falls.
 */
function fillTable(
  reference: StaticArray<i32>,
  output: StaticArray<i32>,
  start: i32,
  rows: i32,
  columns: i32,
  symbols: i32,
): StaticArray<u64> {
  const width = (columns + 63) >> 6;
  const places = new StaticArray<u64>(symbols * width);
  for (let column = 0; column < columns; column++) {
    const place = unchecked(reference[start + column]) * width + (column >> 6);
    unchecked((places[place] |= (<u64>1) << (column & 63)));
  }
  const table = new StaticArray<u64>(rows * 2 * width);
  for (let row = 0; row < rows; row++) {
    const line = row * 2 * width;
    const word = unchecked(output[start + row]) * width;
    // The first column rises by one a row.
    let up: u64 = 1;
    let down: u64 = 0;
    for (let block = 0; block < width; block++) {
      const before = line - 2 * width + block;
      const positive = row > 0 ? unchecked(table[before]) : u64.MAX_VALUE;
      const negative = row > 0 ? unchecked(table[before + width]) : 0;
      const same = unchecked(places[word + block]);
      const vertical = same | negative;
      const equal = same | down;
      const horizontal = (((equal & positive) + positive) ^ positive) | equal;
      const plus = negative | ~(horizontal | positive);
      const minus = positive & horizontal;
      const rising = (plus << 1) | up;
      unchecked((table[line + block] = (minus << 1) | down | ~(vertical | rising)));
      unchecked((table[line + width + block] = rising & vertical));
      up = plus >> 63;
      down = minus >> 63;
    }
  }
  return table;
}
