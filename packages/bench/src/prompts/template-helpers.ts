/** The functions of a template, for messages. */
export const HELPERS = 'lower, upper, trim, json, length, default and join';

/** The number of values that each function takes. */
const VALUES: ReadonlyMap<string, number> = new Map([
  ['lower', 1],
  ['upper', 1],
  ['trim', 1],
  ['json', 1],
  ['length', 1],
  ['default', 2],
  ['join', 2],
]);

/** True if there is such a function with this number of values. */
export function isHelper(name: string, values: number): boolean {
  return VALUES.get(name) === values;
}

/** The value of a function, as text. A missing value is `undefined`. */
export function callHelper(name: string, [value, second]: readonly unknown[]): string {
  switch (name) {
    case 'lower':
      return textOf(value).toLowerCase();
    case 'upper':
      return textOf(value).toUpperCase();
    case 'trim':
      return textOf(value).trim();
    case 'json':
      return JSON.stringify(value ?? null);
    case 'length':
      return String(lengthOf(value));
    case 'default':
      return textOf(isEmpty(value) ? second : value);
    default:
      return itemsOf(value).map(textOf).join(textOf(second));
  }
}

/** Values that JavaScript treats as false, and an empty list. */
export function isEmpty(value: unknown): boolean {
  return Array.isArray(value) ? value.length === 0 : !value;
}

/** A value as JavaScript converts it to text; empty for null and missing values. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(',');
  if (typeof value === 'object') return '[object Object]';
  // A number or a truth value, because a record is JSON.
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The number of characters, items or fields. */
function lengthOf(value: unknown): number {
  return typeof value === 'string' ? Array.from(value).length : itemsOf(value).length;
}

function itemsOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return typeof value === 'object' && value !== null ? Object.values(value) : [];
}
