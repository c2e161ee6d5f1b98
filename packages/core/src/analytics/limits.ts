/** Records of hosts in a folder; the oldest go first. A host that starts every hour for a month has 720. */
export const MAX_HOST_RECORDS = 1000;
/** Of a record: 1,000 modules of some hundred bytes each, with their errors, are below. */
export const MAX_HOST_RECORD_BYTES = 4 * 1024 * 1024;
/** Modules that a record keeps apart; a host that reloads more often counts the rest without names. */
export const MAX_HOST_PLUGINS = 1000;
/** Error codes of a module that are kept apart; the closed set has some forty. */
export const MAX_ERROR_CODES = 100;
/** Ids that a record names for a module: enough to find it. */
export const MAX_IDS = 10;
/** How often a record is written while there are calls: what a kill may lose. */
export const DEFAULT_FLUSH_MS = 30_000;
