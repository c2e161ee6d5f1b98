import type { Meter } from '@testbench/metering';

/** State of an instance at one moment: its memories, mutable globals and tables. */
export class Snapshot {
  readonly #meter: Meter;
  readonly #memories: readonly (readonly [WebAssembly.Memory, Uint8Array])[];

  private constructor(meter: Meter, memories: Iterable<WebAssembly.Memory>) {
    this.#meter = meter;
    this.#memories = Array.from(
      memories,
      (memory) => [memory, new Uint8Array(memory.buffer).slice()] as const,
    );
  }

  /**
   * Copies the state of an instance whose module was metered as `resettable`.
   *
   * @param meter The instance's own.
   * @returns undefined if part of the state is out of reach: see `Meter.saveState`.
   */
  static take(instance: WebAssembly.Instance, meter: Meter): Snapshot | undefined {
    if (!meter.saveState()) return undefined;
    // A memory may be exported under several names.
    const memories = new Set(
      Object.values(instance.exports).filter((value) => value instanceof WebAssembly.Memory),
    );
    return new Snapshot(meter, memories);
  }

  /**
   * Brings the instance back to the snapshot.
   *
   * @returns false if it cannot, so that the instance must be replaced: memory or a table has grown since, which nothing can
   *   undo, or a segment was dropped.
   */
  restore(): boolean {
    const isSize = this.#memories.every(
      ([memory, bytes]) => memory.buffer.byteLength === bytes.length,
    );
    if (!isSize || !this.#meter.restoreState()) return false;
    for (const [memory, bytes] of this.#memories) new Uint8Array(memory.buffer).set(bytes);
    return true;
  }
}
