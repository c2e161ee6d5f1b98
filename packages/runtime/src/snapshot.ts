import type { Meter } from '@testbench/metering';

/** A saved copy of a memory. */
interface SavedMemory {
  readonly memory: WebAssembly.Memory;
  readonly byteLength: number;
  /** Without the zeros at the end: they are most of a small plugin's memory, and zeroing takes half the time of copying. */
  readonly bytes: Uint8Array;
  /** The whole memory. It stays valid: a memory that has grown is not restored. */
  readonly view: Uint8Array;
}

/** State of an instance at one moment: its memories, mutable globals and tables. */
export class Snapshot {
  readonly #meter: Meter;
  readonly #memories: readonly SavedMemory[];

  private constructor(meter: Meter, memories: Iterable<WebAssembly.Memory>) {
    this.#meter = meter;
    this.#memories = Array.from(memories, saveMemory);
  }

  /**
   * Copies the state of an instance whose module was metered as `resettable`.
   *
   * @param meter The instance's own meter.
   * @returns undefined if part of the state is inaccessible: see `Meter.saveState`.
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
   * Restores the instance to the snapshot.
   *
   * @returns false if that is impossible, so that the instance must be replaced: memory or a table has grown since, which nothing can
   *   undo, or a segment was dropped.
   */
  restore(): boolean {
    for (const { memory, byteLength } of this.#memories) {
      if (memory.buffer.byteLength !== byteLength) return false;
    }
    if (!this.#meter.restoreState()) return false;
    for (const { bytes, view } of this.#memories) {
      view.set(bytes);
      view.fill(0, bytes.length);
    }
    return true;
  }
}

function saveMemory(memory: WebAssembly.Memory): SavedMemory {
  const view = new Uint8Array(memory.buffer);
  let end = view.length;
  while (end > 0 && view[end - 1] === 0) end -= 1;
  return { memory, byteLength: view.length, bytes: view.slice(0, end), view };
}
