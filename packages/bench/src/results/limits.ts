/** Caps of a run's folder, each with its reason. */

/** Format of `manifest.json` and its folder. It changes when older versions could no longer read a run. */
export const RUN_FORMAT_VERSION = 1;
/** Of `manifest.json`: 100 bytes a segment, so that it lists 600,000 of them, or 600 million records. */
export const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;
/** Of `plan.json`, `config.json` and `summary.json`: prompts and configurations are texts that people write. */
export const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;
/** Of a row: a record of 16 MiB, with an answer and explanations of as many each, is far below; V8 has no texts of 512 MiB. */
export const MAX_ROW_BYTES = 256 * 1024 * 1024;
/** Records of a segment: a killed run repeats at most as many, and a million records are a thousand files. */
export const SEGMENT_RECORDS = 1000;
/** A segment is closed after this time at the latest, so that a run of slow calls shows its rows and loses little. */
export const SEGMENT_MS = 30_000;
/** Rows of a segment are held until its digest has been compared; those of a larger one are read twice. A usual segment has 1 MB. */
export const HELD_SEGMENT_BYTES = 8 * 1024 * 1024;
/** Of any JSON in a run: records nest 64 levels at most, and rows have them a few levels down. */
export const MAX_RUN_DEPTH = 128;
/** Of a journal of paid calls: 100 bytes a call, so that it holds 2,500,000 of them; it is written from scratch by each process. */
export const MAX_JOURNAL_BYTES = 256 * 1024 * 1024;
