/** Limits of attachments, each with its reason. */

const MiB = 1024 * 1024;

/** One file, in bytes: Anthropic takes 5 MB, OpenAI 20 MB, and a plugin has 64 MiB of memory for two decoded pictures. */
export const MAX_ATTACHMENT_BYTES = 20 * MiB;
/** Files of one record, in bytes: in base64 they still fit a request that servers accept. */
export const MAX_RECORD_ATTACHMENT_BYTES = 32 * MiB;
/** Records with attachments: their digests and sizes take 36 bytes each in memory, so this many take 360 MB. */
export const MAX_ATTACHED_RECORDS = 10_000_000;
/** Bytes of attachments that are in memory at a time, over all records in flight; further records wait. At least eight of the largest fit. */
export const MAX_LOADED_ATTACHMENT_BYTES = 8 * MAX_RECORD_ATTACHMENT_BYTES;
/** Records whose attachments are read at a time while a plan is made: more would only wait for the same disk. */
export const MAX_READING_RECORDS = 8;
/** Records whose digests are kept for the next start: 72 bytes each, read and written whole. */
export const MAX_KNOWN_RECORDS = 1_000_000;
/** A path in a record, in bytes; the limit of Linux. */
export const MAX_ATTACHMENT_PATH_BYTES = 4_096;
/** One image that a run keeps for its report, in bytes: a photograph of a telephone, and no more. */
export const MAX_KEPT_IMAGE_BYTES = 2 * MiB;
/** All images that a run keeps, in bytes: a run over a million photographs must not become a second copy of them. */
export const MAX_KEPT_IMAGES_BYTES = 256 * MiB;
/** Pixels of an image that a page shows: a browser needs 4 bytes for each, and a picture bomb of 1 kB may have billions. */
export const MAX_SHOWN_PIXELS = 16 * MiB;
