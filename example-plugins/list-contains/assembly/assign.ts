/**
 * Pairs rows with columns, each at most once, such that the sum of the pairs' scores is the largest.
 *
 * The Hungarian method with potentials, in time of rows^2 times columns. Costs are the negative scores.
 *
 * @param scores Row by row.
 * @returns The sum.
 */
export function assign(scores: StaticArray<f64>, rows: i32, columns: i32): f64 {
  // The method wants no more rows than columns.
  const turned = rows > columns;
  const n = turned ? columns : rows;
  const m = turned ? rows : columns;
  // Row and column 0 stand for "none yet".
  const rowPotential = new StaticArray<f64>(n + 1);
  const columnPotential = new StaticArray<f64>(m + 1);
  const rowOf = new StaticArray<i32>(m + 1);
  const before = new StaticArray<i32>(m + 1);
  const slack = new StaticArray<f64>(m + 1);
  const seen = new StaticArray<bool>(m + 1);
  for (let row = 1; row <= n; row++) {
    rowOf[0] = row;
    slack.fill(Infinity);
    seen.fill(false);
    let column = 0;
    while (rowOf[column] != 0) {
      seen[column] = true;
      const current = rowOf[column];
      let delta = Infinity;
      let next = 0;
      for (let other = 1; other <= m; other++) {
        if (seen[other]) continue;
        const score = turned ? scores[(other - 1) * columns + current - 1] : scores[(current - 1) * columns + other - 1];
        const cost = -score - rowPotential[current] - columnPotential[other];
        if (cost < slack[other]) {
          slack[other] = cost;
          before[other] = column;
        }
        if (slack[other] < delta) {
          delta = slack[other];
          next = other;
        }
      }
      for (let other = 0; other <= m; other++) {
        if (seen[other]) {
          rowPotential[rowOf[other]] += delta;
          columnPotential[other] -= delta;
        } else {
          slack[other] -= delta;
        }
      }
      column = next;
    }
    while (column != 0) {
      rowOf[column] = rowOf[before[column]];
      column = before[column];
    }
  }
  let sum: f64 = 0;
  for (let column = 1; column <= m; column++) {
    const row = rowOf[column];
    if (row != 0) sum += turned ? scores[(column - 1) * columns + row - 1] : scores[(row - 1) * columns + column - 1];
  }
  return sum;
}
