/** Inverse of a square matrix, by Gauss-Jordan elimination with pivots. */
export function invert(values: readonly (readonly number[])[]): number[][] {
  const k = values.length;
  const rows = values.map((row, i) => [
    ...row,
    ...Array.from({ length: k }, (_, j) => Number(i === j)),
  ]);
  for (let column = 0; column < k; column += 1) {
    let pivot = column;
    for (let i = column + 1; i < k; i += 1) {
      if (Math.abs(rows[i]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = i;
    }
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const scale = rows[column]![column]!;
    rows[column] = rows[column]!.map((value) => value / scale);
    for (let i = 0; i < k; i += 1) {
      if (i === column) continue;
      const factor = rows[i]![column]!;
      if (factor !== 0) {
        rows[i] = rows[i]!.map((value, j) => value - factor * rows[column]![j]!);
      }
    }
  }
  return rows.map((row) => row.slice(k));
}
