/** Records of hosts in a folder; the oldest are removed first. A host that starts every hour for a month has 720. */
export const MAX_HOST_RECORDS = 1000;
/** Size of a record: 1,000 modules of a few hundred bytes each, with their errors, stay below it. */
export const MAX_HOST_RECORD_BYTES = 4 * 1024 * 1024;
/** Modules that a record lists separately; a host that reloads more often counts the rest without names. */
export const MAX_HOST_PLUGINS = 1000;
/** Error codes of a module that are counted separately; the closed set has about forty. */
export const MAX_ERROR_CODES = 100;
/** Ids that a record keeps for a module: enough to find it. */
export const MAX_IDS = 10;
/** How often a record is written while there are calls: a killed process loses at most this much. */
export const DEFAULT_FLUSH_MS = 30_000;
