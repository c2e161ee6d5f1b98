/**
 * Distinguishes an invalid id from the id of a plugin that is not loaded.
 *
 * @throws {TypeError} Unless it is a string.
 */
export function requireId(id: unknown): void {
  if (typeof id === 'string') return;
  const found = id === null ? 'null' : typeof id;
  throw new TypeError(`Cannot find plugin: expected its id as a text, found ${found}`);
}
