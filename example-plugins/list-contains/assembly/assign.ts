/**
 * Pairs rows with columns, each at most once, such that the sum of the pairs' scores is the largest.
 *
 * The Hungarian method with shortest augmenting paths (Crouse 2016, doi:10.1109/TAES.2016.140952, as SciPy has it), in time of rows^2
 * times columns. Costs are the negative scores.
 *
 * @param scores Row by row.
 * @param rows No more than columns.
 * @returns The sum.
 */
export function assign(scores: StaticArray<f64>, rows: i32, columns: i32): f64 {
  const rowPotential = new StaticArray<f64>(rows);
  const columnPotential = new StaticArray<f64>(columns);
  const columnOf = new StaticArray<i32>(rows);
  const rowOf = new StaticArray<i32>(columns);
  const before = new StaticArray<i32>(columns);
  /** Length of the shortest path to each column. */
  const paths = new StaticArray<f64>(columns);
  /** Columns that no shortest path is known to yet, and then those to which one is, from the end on. */
  const open = new StaticArray<i32>(columns);
  columnOf.fill(-1);
  rowOf.fill(-1);
  for (let first = 0; first < rows; first++) {
    for (let column = 0; column < columns; column++) unchecked((open[column] = columns - 1 - column));
    paths.fill(Infinity);
    let left = columns;
    let length: f64 = 0;
    let row = first;
    let last = -1;
    while (last < 0) {
      const start = row * columns;
      const offset = length - unchecked(rowPotential[row]);
      let least = Infinity;
      let nearest = 0;
      for (let index = 0; index < left; index++) {
        const column = unchecked(open[index]);
        const path = offset - unchecked(scores[start + column]) - unchecked(columnPotential[column]);
        let shortest = unchecked(paths[column]);
        if (path < shortest) {
          shortest = path;
          unchecked((before[column] = row));
          unchecked((paths[column] = path));
        }
        // Of equal ones, a free column ends the search.
        if (shortest > least || (shortest == least && unchecked(rowOf[column]) >= 0)) continue;
        least = shortest;
        nearest = index;
      }
      length = least;
      const column = open[nearest];
      open[nearest] = open[--left];
      open[left] = column;
      if (rowOf[column] < 0) last = column;
      else row = rowOf[column];
    }
    rowPotential[first] += length;
    for (let index = left; index < columns; index++) {
      const column = open[index];
      const change = length - paths[column];
      columnPotential[column] -= change;
      if (column != last) rowPotential[rowOf[column]] += change;
    }
    for (let column = last; ; ) {
      const pair = before[column];
      const next = columnOf[pair];
      rowOf[column] = pair;
      columnOf[pair] = column;
      if (pair == first) break;
      column = next;
    }
  }
  let sum: f64 = 0;
  for (let row = 0; row < rows; row++) sum += scores[row * columns + columnOf[row]];
  return sum;
}
