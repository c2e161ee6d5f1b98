/** `(module (import "" "f" (func (param externref f64) (result f64))) (export "f" (func 0)))` */
// prettier-ignore
const RE_EXPORT = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, // header
  1, 7, 1, 0x60, 2, 0x6f, 0x7c, 1, 0x7c, // type
  2, 6, 1, 0, 1, 0x66, 0, 0, // import
  7, 5, 1, 1, 0x66, 0, 0, // export
);

/** Called by a guest when its slice is used up; see `HelperFunctions.refill`. */
export interface SliceSource {
  nextSlice(remaining: number): number;
}

let hook: CallableFunction | undefined;

/** The function in every guest's private table: it takes the guest's meter, which grants the next slice. */
export function hookFunction(): CallableFunction {
  if (hook === undefined) {
    const f = (meter: SliceSource, remaining: number): number => meter.nextSlice(remaining);
    // A table of functions accepts only WebAssembly functions: a re-exported import is one.
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(RE_EXPORT), { '': { f } });
    hook = exports['f'] as CallableFunction;
  }
  return hook;
}
