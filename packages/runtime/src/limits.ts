/** Sizes that the runtime binds; each with its reason. */

/** Fuel between two looks at the clock. At 1 to 5 ns a unit that is 0.5 to 2.5 ms: sharp enough for a tolerance of 10 ms. */
export const SLICE_FUEL = 500_000;

/** Texts up to this length are encoded through one buffer that is reused; for longer ones a buffer of their own costs little beside the rest. */
export const SCRATCH_TEXT_LENGTH = 16_384;

/** Compiled modules kept in memory by default: the plugins of one host, and as many old versions. */
export const DEFAULT_MAX_CACHED_MODULES = 256;

/** Room for the output of a classic plugin at the first try; a plugin that needs more says so and is asked again. */
export const CLASSIC_OUTPUT_BYTES = 65_536;
