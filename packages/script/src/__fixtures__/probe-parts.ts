/** Fails in a file of its own. */
export function deepest(value: { readonly missing: unknown }): unknown {
  return value.missing;
}
