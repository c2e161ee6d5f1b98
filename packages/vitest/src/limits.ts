/** Caps of evaluations in test suites, each with its reason. */

/** Maximum number of records: each is a test, and a runner holds and reports every one. A benchmark has no such cap. */
export const MAX_RECORDS = 10_000;
/** Records that are answered and scored at a time: enough to keep the threads of plugins busy. */
export const DEFAULT_CONCURRENCY = 8;
/** Time of one record, in milliseconds: models take minutes, and a runner's own 5 s are for code. */
export const DEFAULT_TIMEOUT_MS = 120_000;
/** Maximum number of rows in the table of a failure: more hide the reason. */
export const MAX_TABLE_ROWS = 20;
/** Maximum number of characters of a value in a table. */
export const MAX_CELL_CHARACTERS = 40;
/** Maximum size of a baseline, in bytes: ten thousand records of a few evaluators take about a megabyte. */
export const MAX_BASELINE_BYTES = 16 * 1024 * 1024;
/** Differences below this count as none: sums of the same scores may differ in the last digits. */
export const ROUNDING = 1e-9;
