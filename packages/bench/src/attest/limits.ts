/** Caps of attesting and verifying, each with its reason. */

/** Of an attestation's file: a summary of thousands of models and metrics has 1 MB. */
export const MAX_ATTESTATION_BYTES = 8 * 1024 * 1024;
/** Differences that are listed; the others are counted. A page of them is enough to know. */
export const MAX_LISTED_DIFFERENCES = 100;
/** Files of a run's folder: a segment has thousands of records. */
export const MAX_RUN_FILES = 100_000;
/** Of one file of a run: a segment is a few hundred MiB at most. */
export const MAX_RUN_FILE_BYTES = 4 * 1024 ** 3;
