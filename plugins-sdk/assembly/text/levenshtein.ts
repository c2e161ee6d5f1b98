/** Bits of one column block. */
const WIDTH: i32 = 64;

/**
 * Fewest insertions, deletions and substitutions that turn one sequence into the other.
 *
 * Myers' bit-vector algorithm: one step for 64 cells of the table. Take `toCodePoints` for texts.
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
  const rows = endA - start;
  if (rows == 0) return endB - start;
  if (endB == start) return rows;

  // Where in `a` each symbol stands: one bit a row, `blocks` words a symbol; symbol 0 stands nowhere.
  const blocks = (rows + WIDTH - 1) / WIDTH;
  const symbols = new Map<i32, i32>();
  for (let row = start; row < endA; row++) {
    const symbol = unchecked(a[row]);
    if (!symbols.has(symbol)) symbols.set(symbol, symbols.size + 1);
  }
  const places = new StaticArray<u64>((symbols.size + 1) * blocks);
  for (let row = 0; row < rows; row++) {
    const place = symbols.get(unchecked(a[start + row])) * blocks + row / WIDTH;
    unchecked((places[place] |= (<u64>1) << (row & (WIDTH - 1))));
  }

  const positive = new StaticArray<u64>(blocks);
  const negative = new StaticArray<u64>(blocks);
  for (let block = 0; block < blocks; block++) unchecked((positive[block] = u64.MAX_VALUE));
  const lastBit = (<u64>1) << ((rows - 1) & (WIDTH - 1));
  let distance = rows;
  for (let column = start; column < endB; column++) {
    const symbol = unchecked(b[column]);
    const base = symbols.has(symbol) ? symbols.get(symbol) * blocks : 0;
    // The top row of the table grows by one a column.
    let carry = 1;
    for (let block = 0; block < blocks; block++) {
      const up = unchecked(positive[block]);
      const down = unchecked(negative[block]);
      let same = unchecked(places[base + block]);
      const vertical = same | down;
      if (carry < 0) same |= 1;
      const horizontal = (((same & up) + up) ^ up) | same;
      let plus = down | ~(horizontal | up);
      let minus = up & horizontal;
      const edge = block == blocks - 1 ? lastBit : <u64>1 << 63;
      const out = (plus & edge) != 0 ? 1 : (minus & edge) != 0 ? -1 : 0;
      plus <<= 1;
      minus <<= 1;
      if (carry < 0) minus |= 1;
      else if (carry > 0) plus |= 1;
      unchecked((positive[block] = minus | ~(vertical | plus)));
      unchecked((negative[block] = plus & vertical));
      carry = out;
    }
    distance += carry;
  }
  return distance;
}
