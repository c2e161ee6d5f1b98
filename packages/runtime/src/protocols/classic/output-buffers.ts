import { PAGE_BYTES } from '@testbench/types';
import type { ProtocolFunction, ProtocolGuest } from '@testbench/types/abi';
import { CallError } from '@testbench/types/errors';

/** Where the host may write in a guest's memory. */
export interface OutputBuffers {
  /** @throws {CallError} `CALL_MEMORY_EXHAUSTED`. */
  take(size: number): number;
  releaseAll(): void;
}

/** Buffers from the plugin's own allocator. */
export class AllocatedBuffers implements OutputBuffers {
  #taken: [ptr: number, size: number][] = [];
  readonly #alloc: ProtocolFunction;
  readonly #free: ProtocolFunction;

  constructor(readonly guest: ProtocolGuest) {
    this.#alloc = guest.function('plugin_alloc');
    this.#free = guest.function('plugin_free');
  }

  take(size: number): number {
    const ptr = this.guest.i32('plugin_alloc', this.#alloc(size)) >>> 0;
    if (ptr === 0) noRoom(size);
    this.#taken.push([ptr, size]);
    return ptr;
  }

  releaseAll(): void {
    const taken = this.#taken;
    this.#taken = [];
    for (const [ptr, size] of taken) this.#free(ptr, size);
  }
}

/**
 * Buffers in pages that the host adds at the end of the memory: the plugin does not know them, so it has no data there.
 * The region is kept and reused for the next call.
 */
export class GrownBuffers implements OutputBuffers {
  #start = 0;
  #end = 0;
  #next = 0;

  constructor(readonly guest: ProtocolGuest) {}

  take(size: number): number {
    // Eight bytes is the strictest alignment that a C or Rust plugin may expect.
    const aligned = (size + 7) & ~7;
    if (this.#next + aligned > this.#end) this.#grow(aligned);
    const ptr = this.#next;
    this.#next += aligned;
    return ptr;
  }

  releaseAll(): void {
    this.#next = this.#start;
  }

  #grow(size: number): void {
    const pages = Math.ceil(size / PAGE_BYTES);
    const start = this.guest.memory.grow(pages) ?? noRoom(size);
    // Pages right after the region extend it; if the guest has grown its memory in between, a new region begins.
    if (start !== this.#end) {
      this.#start = start;
      this.#next = start;
    }
    this.#end = start + pages * PAGE_BYTES;
  }
}

function noRoom(size: number): never {
  throw new CallError(
    'CALL_MEMORY_EXHAUSTED',
    `Cannot write into the guest: no room for ${size} bytes`,
  );
}
