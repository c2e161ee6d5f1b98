import { INPUT_ROOM_BYTES, MAX_INPUT_ROOM_BYTES } from './limits.js';

/**
 * One buffer for the inputs of a plugin, used by one call at a time: a fresh one for each costs more than the copy.
 *
 * Only for inline isolation: there the input is copied into the plugin's memory as soon as the call begins, and a thread would be sent the whole buffer.
 */
export class InputRoom {
  #buffer = new ArrayBuffer(INPUT_ROOM_BYTES);
  #isTaken = false;

  /** @returns An array that belongs to the caller until {@link free}; its bytes are any. */
  readonly take = (length: number): Uint8Array => {
    if (this.#isTaken || length > MAX_INPUT_ROOM_BYTES) return new Uint8Array(length);
    if (length > this.#buffer.byteLength) {
      const size = Math.max(length, 2 * this.#buffer.byteLength);
      this.#buffer = new ArrayBuffer(Math.min(size, MAX_INPUT_ROOM_BYTES));
    }
    this.#isTaken = true;
    return new Uint8Array(this.#buffer, 0, length);
  };

  /** Takes back an array, once its call has ended. */
  free(input: Uint8Array): void {
    if (input.buffer === this.#buffer) this.#isTaken = false;
  }
}
