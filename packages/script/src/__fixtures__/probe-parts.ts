/** Fails in a separate file. */
export function deepest(value: { readonly missing: unknown }): unknown {
  return value.missing;
}
