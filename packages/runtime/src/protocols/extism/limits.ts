/** Sizes of Extism's protocol; each with its reason. */

/** As everywhere in WebAssembly. */
export const PAGE_BYTES = 65_536;
/** Where the kernel leaves what the host reads after a call: as in `kernel.wat`. */
export const KERNEL_RESULTS = 144;
/** Where the blocks begin: as in `kernel.wat`. */
export const KERNEL_HEAP_START = 17_408;
/** Bytes that are cleared or copied for one unit of fuel: the price of host functions. */
export const BYTES_PER_FUEL = 8;
/** Fuel of a call of a function in JavaScript: the price of host functions. */
export const CALL_FUEL = 50;
/** Body of one response: Extism's own default, 50 MB, rounded. A manifest may lower it. */
export const MAX_RESPONSE_BYTES = 50 * 1024 * 1024;
/** Piece of a response that is read at a time: as much as the host gives. */
export const READ_BYTES = 1024 * 1024;
/** Answer of one of the host's own functions, in bytes of JSON: as much as the host gives. */
export const MAX_ANSWER_BYTES = 1024 * 1024;
