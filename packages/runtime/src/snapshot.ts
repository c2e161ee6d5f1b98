import type { Meter } from '@testbench/metering';

/** Shorter runs of zeros are copied with what surrounds them: one more operation costs as much as copying a few kilobytes. */
const LEAST_ZERO_BYTES = 8 * 1024;

/** A part of a memory that is restored in one operation. */
interface SavedPart {
  /** The part of the memory. It stays valid: a memory that has grown is not restored. */
  readonly view: Uint8Array;
  /** Undefined if it was all zeros: setting them takes half the time of copying. */
  readonly bytes: Uint8Array | undefined;
}

/** A saved copy of a memory. */
interface SavedMemory {
  readonly memory: WebAssembly.Memory;
  readonly byteLength: number;
  /** All of it, in order. */
  readonly parts: readonly SavedPart[];
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
    for (const { parts } of this.#memories) {
      for (const { view, bytes } of parts) {
        if (bytes === undefined) view.fill(0);
        else view.set(bytes);
      }
    }
    return true;
  }
}

function saveMemory(memory: WebAssembly.Memory): SavedMemory {
  const view = new Uint8Array(memory.buffer);
  const parts: SavedPart[] = [];
  const add = (from: number, to: number, isZero: boolean): void => {
    if (from === to) return;
    const part = view.subarray(from, to);
    parts.push({ view: part, bytes: isZero ? undefined : part.slice() });
  };
  let done = 0;
  for (const { from, to } of zeroRuns(memory.buffer)) {
    add(done, from, false);
    add(from, to, true);
    done = to;
  }
  add(done, view.length, false);
  return { memory, byteLength: view.length, parts };
}

/** Long runs of zeros, in order. */
function* zeroRuns(
  buffer: ArrayBufferLike,
): Generator<{ readonly from: number; readonly to: number }> {
  const words = new Uint32Array(buffer, 0, Math.floor(buffer.byteLength / 4));
  let from = 0;
  for (let at = 0; at <= words.length; at += 1) {
    if (at < words.length && words[at] === 0) continue;
    if (4 * (at - from) >= LEAST_ZERO_BYTES) yield { from: 4 * from, to: 4 * at };
    from = at + 1;
  }
}
