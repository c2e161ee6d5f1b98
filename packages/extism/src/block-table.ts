import { MAX_KEPT_BLOCKS, MAX_KEPT_BYTES } from './limits.js';

/** Outputs of `callBlock` by their numbers, from 1; the oldest ones make room for new ones. */
export class BlockTable {
  readonly #blocks = new Map<number, Uint8Array>();
  #bytes = 0;
  /** Numbers are not used again: an old one leads to no other block. */
  #last = 0;

  /** @throws {RangeError} If there is no such block. */
  get(number: number): Uint8Array {
    const block = this.#blocks.get(number);
    if (block !== undefined) return block;
    throw new RangeError(
      `Cannot use block ${number}: no output of "callBlock" since the last "call" has that number, or it had to make room`,
    );
  }

  /** @returns Its number. */
  add(block: Uint8Array): number {
    this.#last += 1;
    this.#blocks.set(this.#last, block);
    this.#bytes += block.length;
    for (const [number, { length }] of this.#blocks) {
      if (this.#bytes <= MAX_KEPT_BYTES && this.#blocks.size <= MAX_KEPT_BLOCKS) break;
      this.#blocks.delete(number);
      this.#bytes -= length;
    }
    return this.#last;
  }

  clear(): void {
    if (this.#blocks.size === 0) return;
    this.#blocks.clear();
    this.#bytes = 0;
  }
}
