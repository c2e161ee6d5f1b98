/** Bounds of a source map; each with its reason. */

const MiB = 1024 * 1024;

/** A source map with its sources. That of a Rust plugin of 1 MB has 3 MB; the module itself may have 16 MiB. */
export const MAX_SOURCE_MAP_BYTES = 16 * MiB;
/** Brackets and commas outside of texts: lists of sources, names and functions. Those of a module of 16 MiB have 100,000 functions. */
export const MAX_SOURCE_MAP_STRUCTURE = 500_000;
/** Places in a map: 12 bytes each while it is used, and one for every eight bytes of the largest module. */
export const MAX_MAPPINGS = 2_000_000;
/** Lines around a place that an error quotes. */
export const EXCERPT_LINES = 3;
