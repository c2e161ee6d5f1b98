/** Sizes that the runtime binds; each with its reason. */

/** JSON text up to this length is joined with its envelope; longer text is written in pieces, since joining copies it. */
export const JOINED_TEXT_LENGTH = 4096;
/** The buffer through which inputs are encoded, at first: all of nearly every input. */
export const MIN_SHARED_BYTES = 65_536;
/** The same at most: inputs of a million characters. What is longer gets a buffer of its own. A power of two. */
export const MAX_SHARED_BYTES = 4 * 1024 * 1024;

/** Compiled modules kept in memory by default: the plugins of one host, and as many old versions. */
export const DEFAULT_MAX_CACHED_MODULES = 256;

/** Fuel of each call of a function that a protocol of the host's own offers: what a host function costs at least. */
export const IMPORT_FUEL = 50;

/** Room for the output of a classic plugin at the first try; a plugin that needs more says so and is asked again. */
export const CLASSIC_OUTPUT_BYTES = 65_536;
