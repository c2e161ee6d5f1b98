const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;

/**
 * Counts opening brackets and commas outside strings: the cost of parsing grows with them, in addition to the length.
 *
 * 16 MiB of `[{},{},…]` would block the host's own thread for seconds before anything could be rejected.
 *
 * @example
 * ```ts
 * import { countStructure } from '@testbench/types';
 *
 * countStructure(new TextEncoder().encode('{"a":[1,"[,{"]}')); // => 3
 * ```
 */
export function countStructure(bytes: Uint8Array): number {
  let count = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (byte === COMMA || byte === OPEN_LIST || byte === OPEN_OBJECT) count += 1;
    if (byte === QUOTE) index = endOfString(bytes, index);
  }
  return count;
}

/** Index of the quote that ends the string which begins at `start`; the end of the bytes if there is none. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let quote = start; ;) {
    quote = bytes.indexOf(QUOTE, quote + 1);
    if (quote < 0) return bytes.length;
    let backslashes = 0;
    while (bytes[quote - 1 - backslashes] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
}
