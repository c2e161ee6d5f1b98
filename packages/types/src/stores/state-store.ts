/** State of one plugin: a map from text to bytes that outlives its instances. */
export interface StateStore {
  readonly specificationVersion: 'v1';
  /** The value, owned by the store: copy before changing. */
  get(key: string): Uint8Array | undefined;
  /** Stores a copy of `value`. @returns false if the quota would be exceeded; nothing changes then. */
  set(key: string, value: Uint8Array): boolean;
  /** @returns false if there was no such key. */
  delete(key: string): boolean;
  /** Called when the plugin is unloaded; the store is not used afterwards. */
  close?(): void;
}
