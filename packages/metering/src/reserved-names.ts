/**
 * Exports whose names begin with this prefix belong to the meter. `meterModule` rejects modules that already have such names;
 * a runtime should hide them from users of the exports.
 */
export const RESERVED_PREFIX = 'testbench.meter.';

/**
 * The one export that metering adds. It is a function, because loaders that walk a module's exports expect functions and numbers
 * there: Emscripten's dynamic linker throws at a table, and at a global whose value is a bigint. It works only once, so that a guest
 * that finds it in a table gains nothing.
 */
export const ATTACH_EXPORT = `${RESERVED_PREFIX}attach`;
