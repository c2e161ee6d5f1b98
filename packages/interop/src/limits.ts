/** Limits of files of other tools, each with its reason. */

/** Bytes of a JSON document that is read at once, such as a log without its samples: V8 has no strings of 512 MiB, and a document takes some five times its size. */
export const MAX_DOCUMENT_BYTES = 128 * 1024 * 1024;
/** Bytes of one sample, one line or one entry of an archive after decompression; all its events and images are in it. */
export const MAX_SAMPLE_BYTES = 128 * 1024 * 1024;
/** Characters of a sample after its attachments were put in: one attachment may be named a million times. */
export const MAX_RESOLVED_CHARACTERS = 64 * 1024 * 1024;
/** Entries of an archive: a log has one per sample, and its directory is held in memory. */
export const MAX_ZIP_ENTRIES = 1_000_000;
/** Bytes of an archive's directory: 100 bytes per entry are common. */
export const MAX_ZIP_DIRECTORY_BYTES = 256 * 1024 * 1024;
/**
 * Bytes of all entries after decompression: the larger of this and `MAX_ZIP_EXPANSION` times the size of the archive. Logs shrink to a twentieth,
 * a bomb to a thousandth.
 */
export const MAX_ZIP_FREE_BYTES = 1024 * 1024 * 1024;
/** See {@link MAX_ZIP_FREE_BYTES}. */
export const MAX_ZIP_EXPANSION = 200;
/** Levels of nested JSON, as in a run: the writer of rows is recursive. */
export const MAX_DEPTH = 100;
/** Files in a folder that are looked at: opening more takes minutes, and such a folder is probably a mistake. */
export const MAX_FILES = 10_000;
/** Characters of a value that a message quotes. */
export const MAX_QUOTED_CHARACTERS = 80;
