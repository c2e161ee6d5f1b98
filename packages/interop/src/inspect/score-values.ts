import type { JsonPlace } from '../json/json-place.js';

/** What inspect's metrics make of the values that its scorers give: `value_to_float` of inspect_ai. */
const WORDS: ReadonlyMap<string, number> = new Map([
  ['C', 1],
  ['P', 0.5],
  ['I', 0],
  ['N', 0],
]);
const TRUTHS: ReadonlyMap<string, number> = new Map([
  ['yes', 1],
  ['true', 1],
  ['no', 0],
  ['false', 0],
]);

/** Values of one scorer by metric: one, or several if its value is an object or a list. */
export function scoreValues(scorer: string, value: JsonPlace): [string, JsonPlace][] {
  if (value.isObject) return value.entries().map(([key, each]) => [`${scorer}/${key}`, each]);
  if (value.isList) return value.list().map((each, index) => [`${scorer}/${index}`, each]);
  return [[scorer, value]];
}

/**
 * The number of a value.
 *
 * @returns null for a case without a score (null, or NaN in the file); undefined for a value that is no number, such as a label.
 */
export function numberOf({ value }: JsonPlace): number | null | undefined {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return undefined;
  const word = WORDS.get(value) ?? TRUTHS.get(value.toLowerCase());
  if (word !== undefined) return word;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value.trim()) ? Number(value) : undefined;
}
