/** Sum that compensates the error of each addition, so that it hardly depends on the order. @see Neumaier (1974) */
export function sum(values: Iterable<number>): number {
  let total = 0;
  let lost = 0;
  for (const value of values) {
    const next = total + value;
    lost += Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  const result = total + lost;
  return Number.isNaN(result) ? total : result;
}

/** Arithmetic mean; NaN without values. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

/** Sum of squared distances from the mean. */
function squares(values: readonly number[], centre = mean(values)): number {
  return sum(distances(values, centre));
}

/** One by one: a temporary list of a million numbers would be wasteful. */
function* distances(values: readonly number[], centre: number): Generator<number, void, void> {
  for (const value of values) yield (value - centre) ** 2;
}

/** With n − 1 in the denominator; NaN for fewer than two values. */
export function variance(values: readonly number[]): number {
  return values.length < 2 ? Number.NaN : squares(values) / (values.length - 1);
}

/** Pearson's correlation; null if one side is constant, or there are fewer than two pairs. */
export function pearson(a: readonly number[], b: readonly number[]): number | null {
  if (a.length < 2) return null;
  const [ma, mb] = [mean(a), mean(b)];
  const products = sum(a.map((value, index) => (value - ma) * (b[index]! - mb)));
  const scale = Math.sqrt(squares(a)) * Math.sqrt(squares(b));
  if (!(scale > 0)) return null;
  const r = products / scale;
  return Math.abs(r) > 1 - 4 * Number.EPSILON ? Math.sign(r) : r;
}

/** Ranks from 1; equal values share their mean rank. */
export function midRanks(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((i, j) => values[i]! - values[j]!);
  const ranks = values.map(() => 0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]!] === values[order[start]!]) end += 1;
    for (let k = start; k < end; k += 1) ranks[order[k]!] = (start + 1 + end) / 2;
    start = end;
  }
  return ranks;
}

/** Number of occurrences of each value, in order of first occurrence. */
export function tally<Value>(values: Iterable<Value>): Map<Value, number> {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** Null instead of NaN, which JSON cannot represent. */
export function orNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
