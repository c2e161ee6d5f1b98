import { PAGE_BYTES } from '@testbench/types';
import type {
  GuestMemory,
  ProtocolInput,
  ProtocolMemory,
  ProtocolPlace,
} from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

import { encodeShared, encodingCount } from './input-text.js';

/** The guest's memory with a view that is recreated only when growth has detached it. */
export class LinearMemory implements GuestMemory, ProtocolMemory {
  #bytes: Uint8Array<ArrayBuffer>;

  /** @param maxMemoryBytes Cap on {@link grow}; the guest's own growth is limited to the same by its metered code. */
  constructor(
    readonly memory: WebAssembly.Memory,
    readonly maxMemoryBytes: number,
  ) {
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
   * Checks that a range given by the guest is entirely inside the memory.
   *
   * @returns The whole memory, valid until the guest runs again.
   * @throws {CallError} `CALL_INVALID_OUTPUT` if it is not.
   */
  check(what: string, ptr: number, len: number): Uint8Array<ArrayBuffer> {
    const bytes = this.bytes();
    const start = ptr >>> 0;
    const length = len >>> 0;
    if (start > bytes.length || length > bytes.length - start) {
      throw new CallError(
        'CALL_INVALID_OUTPUT',
        `Cannot read ${what}: ${length} bytes at ${start} are outside of a memory of ${bytes.length} bytes`,
      );
    }
    return bytes;
  }

  /** A view of a range given by the guest; valid until the guest runs again. @throws {CallError} As `check`. */
  range(what: string, ptr: number, len: number): Uint8Array {
    const start = ptr >>> 0;
    return this.check(what, ptr, len).subarray(start, start + (len >>> 0));
  }

  /**
   * Writes an input to the place that the guest allocates.
   *
   * @param allocate Guest code; returns the address for a number of bytes.
   * @returns Where the input is.
   * @throws {CallError} `CALL_INVALID_OUTPUT` for a place outside the memory; whatever `allocate` throws.
   */
  write(input: ProtocolInput, allocate: (size: number) => number): ProtocolPlace {
    let bytes = encodeShared(input);
    const encodings = encodingCount();
    const ptr = allocate(bytes.length);
    // The allocator may have called a host function that called another plugin, which used the same buffer.
    if (encodingCount() !== encodings) bytes = encodeShared(input);
    this.check('the room for the input', ptr, bytes.length).set(bytes, ptr);
    return { ptr, length: bytes.length };
  }

  /** Adds pages at the end. @returns Where they begin; undefined if the memory may not grow so far. */
  grow(pages: number): number | undefined {
    const start = this.size;
    if (start + pages * PAGE_BYTES > this.maxMemoryBytes) return undefined;
    try {
      this.memory.grow(pages);
    } catch {
      return undefined;
    }
    return start;
  }
}
