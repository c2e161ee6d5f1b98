/** Limits of attesting and verifying, each with its reason. */

/** Of an attestation's file: a summary with thousands of models and metrics takes 1 MB. */
export const MAX_ATTESTATION_BYTES = 8 * 1024 * 1024;
/** Differences that are listed; further ones are only counted. A page of them is enough to see the problem. */
export const MAX_LISTED_DIFFERENCES = 100;
/** Files in a run's folder: a segment has thousands of records. */
export const MAX_RUN_FILES = 100_000;
/** Bytes of one file of a run: a segment is a few hundred MiB at most. */
export const MAX_RUN_FILE_BYTES = 4 * 1024 ** 3;
