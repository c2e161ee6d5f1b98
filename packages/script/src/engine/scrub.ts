/** Bytes at the start of a free block in which the allocator (dlmalloc, of wasi-libc) keeps its lists and trees. */
const LISTS_BYTES = 24;
/** Bytes at the end of a block that may belong to the next one, and hold the size of this one. */
const FOOTER_BYTES = 8;
const LARGEST = 1 << 20;
const SMALLEST = 48;

/** Allocators of an interpreter that is thrown away afterwards. */
export interface Allocators {
  readonly memory: WebAssembly.Memory;
  /** Returns 0 if there is no memory. */
  readonly allocate: (size: number) => number;
}

/**
 * Copies an interpreter's memory, without the contents of blocks that it has freed: sources, syntax trees, compressed data.
 *
 * They are never read, but a snapshot would keep them. Free memory is found by allocating it, in the interpreter itself, until its allocator has to
 * grow the memory; the copy is made before that, so it does not affect the plugin's own allocator.
 */
export function copyScrubbed({ memory, allocate }: Allocators): Uint8Array {
  const copy = new Uint8Array(memory.buffer).slice();
  for (let size = LARGEST; size >= SMALLEST; size -= size > 1024 ? size >> 3 : 16) {
    for (;;) {
      const address = allocate(size) >>> 0;
      if (address === 0 || address + size > copy.length) break;
      copy.fill(0, address + LISTS_BYTES, address + size - FOOTER_BYTES);
    }
  }
  return copy;
}
