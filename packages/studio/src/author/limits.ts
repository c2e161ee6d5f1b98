/** Sizes and times of the editor and the builder, each with its reason. */

/** Until the compiler of the worker is there: 3 MB compressed, over a slow line. */
export const LOAD_TIMEOUT_MS = 120_000;
/** Of a compilation: a release takes seven seconds on a slow machine, and what takes longer hangs. */
export const COMPILE_TIMEOUT_MS = 60_000;
/** Without any word of the worker while a plugin runs: its limits should have ended the call long before. */
export const SILENCE_TIMEOUT_MS = 15_000;
/** Of one call: a metric takes a millisecond, and somebody waits in front of the page. */
export const CALL_LIMITS = {
  timeoutMs: 2_000,
  maxFuel: 1_000_000_000,
  maxMemoryBytes: 64 * 1024 * 1024,
} as const;
/** Records that a run takes unless somebody asks for more. */
export const DEFAULT_RECORDS = 100;
/** Records that are read at most: they and their results are in the page's memory. */
export const MAX_RECORDS = 10_000;
/** Bytes of a file of records. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** Rows of results that are drawn before somebody asks for more. */
export const ROWS_SHOWN = 50;
/** Paths of fields that are offered: records of strangers may have thousands. */
export const MAX_FIELDS = 200;
/** Characters of a value that the preview shows. */
export const PREVIEW_CHARACTERS = 400;
/** Characters of a source: 250 lines are about 10,000. */
export const MAX_SOURCE_CHARACTERS = 200_000;
/** Of a body that saves a project: the source, and one record as example. */
export const MAX_SAVE_BYTES = 1024 * 1024;
/** Bytes of the records that one answer of the studio carries. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
