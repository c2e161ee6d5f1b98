/**
 * Exports whose names begin like this belong to the meter. `meterModule` rejects modules that have such names already;
 * a runtime should hide them from whoever gets the exports.
 */
export const RESERVED_PREFIX = 'testbench.meter.';

/** Remaining fuel of the slice: a mutable `i64`. Negative once the guest was stopped. */
export const FUEL_EXPORT = `${RESERVED_PREFIX}fuel`;
/** Refused growths: a mutable `i32`. */
export const DENIED_EXPORT = `${RESERVED_PREFIX}denied`;
/** A table of one function, called when a slice is used up. */
export const HOOK_EXPORT = `${RESERVED_PREFIX}hook`;

/** Name of the export that makes an item of an index space reachable for snapshots. */
export function stateExport(kind: 'global' | 'table' | 'memory', index: number): string {
  return `${RESERVED_PREFIX}${kind}.${index}`;
}
