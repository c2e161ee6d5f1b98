/** Copies a typed array into one of twice the length. */
export function doubled<Store extends Int32Array | Float64Array | Uint8Array>(store: Store): Store {
  const larger = new (store.constructor as new (length: number) => Store)(2 * store.length);
  larger.set(store);
  return larger;
}
