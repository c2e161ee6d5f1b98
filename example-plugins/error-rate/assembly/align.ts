import { fail } from "@testbench/plugins-sdk";

/** Cells of the largest table, 32 MiB: about 4,000 words against 4,000. */
const MAX_CELLS: i64 = 16777216;

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
 * Aligns two sequences with the fewest edits.
 *
 * Several alignments can be equally short, and rates like MER depend on which one is taken. This takes the
 * one of rapidfuzz, which the reference implementation uses: without the common ends, walking back from the
 * end, a deletion where the table allows it, then an insertion, then a pair.
 */
export function align(reference: StaticArray<i32>, output: StaticArray<i32>): Alignment {
  const result = new Alignment();
  let start = 0;
  let endReference = reference.length;
  let endOutput = output.length;
  while (start < endReference && start < endOutput && reference[start] == output[start]) start++;
  while (endReference > start && endOutput > start && reference[endReference - 1] == output[endOutput - 1]) {
    endReference--;
    endOutput--;
  }
  const rows = endOutput - start;
  const columns = endReference - start;
  result.hits = reference.length - columns;
  const width = columns + 1;
  if (<i64>(rows + 1) * width > MAX_CELLS) {
    fail("Cannot align: the sentences are too long");
    return result;
  }
  const table = fillTable(reference, output, start, rows, columns);

  let row = rows;
  let column = columns;
  while (row > 0 && column > 0) {
    const here = row * width + column;
    if (table[here] == table[here - 1] + 1) {
      result.deletions++;
      column--;
      continue;
    }
    row--;
    const above = here - width;
    if (row > 0 && table[above] + 1 == table[above - 1]) {
      result.insertions++;
      continue;
    }
    column--;
    if (reference[start + column] == output[start + row]) result.hits++;
    else result.substitutions++;
  }
  result.deletions += column;
  result.insertions += row;
  return result;
}

/** Distances of all beginnings: a row for each word of the output, a column for each of the reference. */
function fillTable(
  reference: StaticArray<i32>,
  output: StaticArray<i32>,
  start: i32,
  rows: i32,
  columns: i32,
): StaticArray<u16> {
  const width = columns + 1;
  const table = new StaticArray<u16>((rows + 1) * width);
  for (let column = 0; column <= columns; column++) table[column] = <u16>column;
  for (let row = 1; row <= rows; row++) {
    const word = output[start + row - 1];
    let left = <i32>row;
    const line = row * width;
    unchecked((table[line] = <u16>row));
    for (let column = 1; column <= columns; column++) {
      const above = line - width + column;
      const pair = <i32>unchecked(table[above - 1]) + (unchecked(reference[start + column - 1]) == word ? 0 : 1);
      left = min(pair, min(left, <i32>unchecked(table[above])) + 1);
      unchecked((table[line + column] = <u16>left));
    }
  }
  return table;
}
