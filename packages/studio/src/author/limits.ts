/** Sizes and times of the editor and the builder, each with its reason. */

/** Timeout for loading the worker's compiler: 3 MB compressed, over a slow connection. */
export const LOAD_TIMEOUT_MS = 120_000;
/** Timeout of a compilation: a release takes seven seconds on a slow machine, and anything that takes much longer hangs. */
export const COMPILE_TIMEOUT_MS = 60_000;
/** Timeout without any message from the worker while a plugin runs: its limits should have ended the call long before. */
export const SILENCE_TIMEOUT_MS = 15_000;
/** Limits of one call: a metric takes a millisecond, and the user is waiting. */
export const CALL_LIMITS = {
  timeoutMs: 2_000,
  maxFuel: 1_000_000_000,
  maxMemoryBytes: 64 * 1024 * 1024,
} as const;
/** Number of records in a run unless the user asks for more. */
export const DEFAULT_RECORDS = 100;
/** Maximum number of records read: they and their results are in the page's memory. */
export const MAX_RECORDS = 10_000;
/** Maximum bytes of a file of records. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;
/** Result rows rendered before the user asks for more. */
export const ROWS_SHOWN = 50;
/** Maximum number of field paths offered: foreign records may have thousands. */
export const MAX_FIELDS = 200;
/** Maximum characters of a value in the preview. */
export const PREVIEW_CHARACTERS = 400;
/** Maximum characters of a source: 250 lines are about 10,000. */
export const MAX_SOURCE_CHARACTERS = 200_000;
/** Maximum bytes of a request body that saves a project: the source, and one record as an example. */
export const MAX_SAVE_BYTES = 1024 * 1024;
/** Maximum bytes of records in one answer of the studio. */
export const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
