/** Bounds of a source map; each with its reason. */

const MiB = 1024 * 1024;

/** A source map with its sources. For a Rust plugin of 1 MB it is 3 MB; the module itself may be 16 MiB. */
export const MAX_SOURCE_MAP_BYTES = 16 * MiB;
/** Brackets and commas outside texts: lists of sources, names and functions. A module of 16 MiB has 100,000 functions. */
export const MAX_SOURCE_MAP_STRUCTURE = 500_000;
/** Places in a map: 12 bytes each while it is in use, and one for every eight bytes of the largest module. */
export const MAX_MAPPINGS = 2_000_000;
/** Lines around a place that an error quotes. */
export const EXCERPT_LINES = 3;
