import { CallError, type GuestMemory } from '@testbench/types';

/** The guest's memory with a view that is made anew only when growth has detached it. */
export class LinearMemory implements GuestMemory {
  #bytes: Uint8Array<ArrayBuffer>;

  constructor(readonly memory: WebAssembly.Memory) {
    this.#bytes = new Uint8Array(memory.buffer);
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const { buffer } = this.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer);
    return this.#bytes;
  }

  get size(): number {
    return this.memory.buffer.byteLength;
  }

  /**
   * A view of a range that the guest named; valid until the guest runs again.
   *
   * @throws {CallError} `CALL_INVALID_OUTPUT` if it is not wholly inside the memory.
   */
  range(what: string, ptr: number, len: number): Uint8Array {
    const bytes = this.bytes();
    const start = ptr >>> 0;
    const length = len >>> 0;
    if (start > bytes.length || length > bytes.length - start) {
      throw new CallError(
        'CALL_INVALID_OUTPUT',
        `Cannot read ${what}: ${length} bytes at ${start} are outside of a memory of ${bytes.length} bytes`,
      );
    }
    return bytes.subarray(start, start + length);
  }
}
