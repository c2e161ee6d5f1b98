/** Sizes of building scripts, each with its reason. */

/** Stack of the interpreter in the guest's memory, which has 1 MiB for it: its own frames and those of its functions need the rest. */
export const STACK_BYTES = 256 * 1024;
/** Memory that a script may take while it is evaluated at build: its module must load under the default limit of 64 MiB. */
export const BUILD_MEMORY_BYTES = 48 * 1024 * 1024;
/** Times that the engine checks whether to stop, once every 10,000 of its steps: some seconds. Real scripts need a few. */
export const BUILD_INTERRUPTS = 20_000;
/** Lines of the log that are kept from a build. */
export const MAX_WARNINGS = 50;
/** Maximum bytes of a script: larger ones are not hand-written. */
export const MAX_SCRIPT_BYTES = 8 * 1024 * 1024;
/** Bytes of zeros between two data segments up to which writing them is cheaper than another segment. */
export const SMALLEST_GAP = 12;
/** Data segments, of the 50,000 that admission permits: each costs time at every start. */
export const MAX_SEGMENTS = 10_000;
