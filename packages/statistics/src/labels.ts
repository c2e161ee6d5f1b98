/** A category: a rater's label, or a record's true one. */
export type Label = string | number | boolean;

/** Orders numbers by size and texts by code point, with numbers before texts. */
export function compareLabels(a: Label, b: Label): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b);
  if (typeof a === 'string') return 1;
  if (typeof b === 'string') return -1;
  return Number(a) - Number(b);
}

/** By code point, which for characters beyond 16 bits differs from JavaScript's order. */
function compareTexts(a: string, b: string): number {
  const [left, right] = [a[Symbol.iterator](), b[Symbol.iterator]()];
  for (;;) {
    const [x, y] = [left.next(), right.next()];
    if (x.done === true || y.done === true)
      return Number(y.done ?? false) - Number(x.done ?? false);
    const difference = x.value.codePointAt(0)! - y.value.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
}

/** The labels that occur, sorted. */
export function categoriesOf(labels: Iterable<Label>): Label[] {
  return [...new Set(labels)].sort(compareLabels);
}
