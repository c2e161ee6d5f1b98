import { BlockTable, blocksOf } from "./block-table";
import { renumber } from "./renumber";

/**
 * Fewest insertions, deletions and substitutions that turn one sequence into the other.
 *
 * Myers' bit-vector algorithm, as Hyyrö gives it for blocks: one step for 64 cells of the table, or for up to four times 64 with vectors. Symbols
 * are not negative; take `toCodePoints` for texts, a `Vocabulary` for words.
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
  return <i64>blocksOf(rows) * columns;
}
