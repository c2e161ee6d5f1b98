/** Limits of imports, each with its reason. */

/** Records of one imported run: the place of each case takes some 100 bytes of memory, so this many take 1 GB. */
export const MAX_IMPORTED_CASES = 10_000_000;
/** Metrics of one imported run: each is a column of every table, and a file that makes up names must not fill memory. */
export const MAX_IMPORTED_METRICS = 1000;
/** Epochs of a case, as in a configuration. */
export const MAX_IMPORTED_EPOCHS = 1000;
/** Bytes of a case: a record and its row are each below the longest line of a data set. */
export const MAX_IMPORTED_CASE_BYTES = 32 * 1024 * 1024;
