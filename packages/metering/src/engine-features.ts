/** `(module (func (block (br_on_null 0 (ref.null func)) drop)))` */
// prettier-ignore
const BR_ON_NULL = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // header
  1, 4, 1, 0x60, 0, 0, // type
  3, 2, 1, 0, // function
  10, 12, 1, 10, 0, 0x02, 0x40, 0xd0, 0x70, 0xd5, 0, 0x1a, 0x0b, 0x0b, // code
);

let known: boolean | undefined;

/**
 * Whether this engine has typed function references: Node 22 and later, all browsers since 2024. Metered bytes depend on
 * it, so it belongs in the key of a cache that several engines share.
 *
 * @example
 * ```ts
 * import { supportsTypedReferences } from '@testbench/metering';
 *
 * typeof supportsTypedReferences(); // => 'boolean'
 * ```
 */
export function supportsTypedReferences(): boolean {
  known ??= WebAssembly.validate(BR_ON_NULL);
  return known;
}
