/**
 * Finds a field of a record by its path.
 *
 * A field whose name is the whole path comes first; otherwise each part between dots goes one object or
 * list deeper. Only own fields count, so that nothing comes from a prototype.
 *
 * @returns The value; undefined if there is none. `null` counts as absent.
 */
export function selectField(row: Readonly<Record<string, unknown>>, path: string): unknown {
  if (Object.hasOwn(row, path)) return row[path] ?? undefined;
  let value: unknown = row;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value ?? undefined;
}
