/** Keys that the original system's configuration called something else, where another key looks more like the old name. */
const ORIGINAL_NAMES: ReadonlyMap<string, string> = new Map([
  ['maxconcurrentplugins', 'maxLoadedPlugins'],
]);

/**
 * Finds the known key that a mistyped one most likely means, by case-insensitive edit distance.
 *
 * @returns The nearest key, or undefined if none is within a third of the word's length (at least 2 edits).
 */
export function nearestKey(key: string, known: readonly string[]): string | undefined {
  const original = ORIGINAL_NAMES.get(key.slice(0, 64).replaceAll('_', '').toLowerCase());
  if (original !== undefined && known.includes(original)) return original;
  const maxDistance = Math.max(2, Math.floor(key.length / 3));
  let best: string | undefined;
  let bestDistance = maxDistance + 1;
  for (const candidate of known) {
    // At least this many edits. Without this check a name of megabytes, which a module may import, takes minutes.
    if (Math.abs(candidate.length - key.length) >= bestDistance) continue;
    const distance = editDistance(key.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein distance, one row at a time; keys are short. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const substitution = previous[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(previous[column]! + 1, current[column - 1]! + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length]!;
}
