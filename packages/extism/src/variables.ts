import type { StateStore } from '@testbench/core';

const encoder = new TextEncoder();

/** Variables of one plugin. They outlive its instances, also those that failed. */
export class Variables implements StateStore {
  readonly specificationVersion = 'v1';
  readonly #values = new Map<string, Uint8Array>();
  #bytes = 0;

  /** @param maxBytes All names and values. */
  constructor(readonly maxBytes: number) {}

  get(name: string): Uint8Array | undefined {
    return this.#values.get(name)?.slice();
  }

  /** @returns False if there is no room. */
  set(name: string, value: Uint8Array): boolean {
    const known = this.#values.get(name);
    const nameBytes = encoder.encode(name).length;
    const added = value.length - (known === undefined ? -nameBytes : known.length);
    if (this.#bytes + added > this.maxBytes) return false;
    this.#bytes += added;
    this.#values.set(name, value.slice());
    return true;
  }

  delete(name: string): boolean {
    const known = this.#values.get(name);
    if (known === undefined) return false;
    this.#bytes -= known.length + encoder.encode(name).length;
    return this.#values.delete(name);
  }
}
