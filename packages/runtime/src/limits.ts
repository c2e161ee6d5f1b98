/** Size limits of the runtime; each with its reason. */

/** JSON text up to this length is joined with its envelope; longer text is written in pieces, since joining copies it. */
export const JOINED_TEXT_LENGTH = 4096;
/** Initial size of the buffer in which inputs are encoded: nearly every input fits. */
export const MIN_SHARED_BYTES = 65_536;
/** Maximum size of the same: inputs of a million characters. Longer inputs get a separate buffer. A power of two. */
export const MAX_SHARED_BYTES = 4 * 1024 * 1024;

/** Compiled modules kept in memory by default: the plugins of one host, and the same number of old versions. */
export const DEFAULT_MAX_CACHED_MODULES = 256;

/** Fuel of each call of a function that the host's own protocol offers: the minimum cost of a host function. */
export const IMPORT_FUEL = 50;

/** Initial room for the output of a classic plugin; a plugin that needs more says so and is called again. */
export const CLASSIC_OUTPUT_BYTES = 65_536;
