/** Caps of a run's folder, each with its reason. */

/** Format of `manifest.json` and its folder. Incremented when older versions can no longer read a run. */
export const RUN_FORMAT_VERSION = 1;
/** Maximum size of `manifest.json`: 100 bytes per segment, so that it can list 600,000 of them, or 600 million records. */
export const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
/** Maximum size of `plan.json`, `config.json` and `summary.json`: prompts and configurations are texts that people write. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
/** Maximum size of a row: a record of 16 MiB with an answer and explanations of 16 MiB each is far below this; V8 does not support strings of 512 MiB. */
export const MAX_ROW_BYTES = 256 * 1024 * 1024;
/** Records per segment: a killed run repeats at most this many, and a million records make a thousand files. */
export const SEGMENT_RECORDS = 1000;
/** A segment is closed after this time at the latest, so that a run with slow calls shows its rows and loses little. */
export const SEGMENT_MS = 30_000;
/** Rows of a segment are held in memory until its digest is compared; larger segments are read twice. A typical segment has 1 MB. */
export const HELD_SEGMENT_BYTES = 8 * 1024 * 1024;
/** Maximum depth of any JSON in a run: records nest 64 levels at most, and rows contain them a few levels down. */
export const MAX_RUN_DEPTH = 128;
/** Maximum size of a journal of paid calls: 100 bytes per call, so that it holds 2,500,000 of them; each process writes it from scratch. */
export const MAX_JOURNAL_BYTES = 256 * 1024 * 1024;
