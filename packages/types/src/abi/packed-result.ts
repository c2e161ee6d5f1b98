// One scratch cell, read in the host's byte order: splitting an i64 without BigInt arithmetic
// keeps a call free of allocations.
const wide = new BigInt64Array(1);
const halves = new Int32Array(wide.buffer);
const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
const lowIndex = littleEndian ? 0 : 1;
const highIndex = 1 - lowIndex;

/** An unpacked result: the place of the output, or the guest's error code. */
export type UnpackedResult =
  | { readonly ok: true; readonly ptr: number; readonly len: number }
  | { readonly ok: false; readonly code: number };

/**
 * Unpacks the result of `plugin_execute` and `plugin_metadata`: `(ptr << 32) | len`, or a negative error code.
 *
 * @param packed The i64 as V8 returns it.
 * @returns Pointer in [0, 2^31) and length in [0, 2^32), neither checked against a memory; or the
 *   error code. A negative value outside the 32-bit range counts as code -1.
 *
 * @example
 * ```ts
 * import { unpackResult } from '@testbench/types/abi';
 *
 * unpackResult((1024n << 32n) | 5n); // => { ok: true, ptr: 1024, len: 5 }
 * unpackResult(-2n); // => { ok: false, code: -2 }
 * ```
 */
export function unpackResult(packed: bigint): UnpackedResult {
  wide[0] = packed;
  const high = halves[highIndex]!;
  const low = halves[lowIndex]!;
  if (high >= 0) return { ok: true, ptr: high, len: low >>> 0 };
  return { ok: false, code: high === -1 && low < 0 ? low : -1 };
}
