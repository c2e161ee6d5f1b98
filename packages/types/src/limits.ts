/** Wire-level caps, each with its reason; the default limits of a call are in `call-limits.ts`. */

const MiB = 1024 * 1024;

/** The longest delay of a JavaScript timer, about 24 days. */
export const MAX_TIMEOUT_MS = 2 ** 31 - 1;
/**
 * The longest delay that a plugin can request before it is called again: quotas of providers reset each day, and a plugin must
 * not stop a run for longer.
 */
export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;
/** A module. Real plugins are 2 kB to 5 MB; the engine's own cap is 1 GiB. */
export const MAX_MODULE_BYTES = 16 * MiB;
/** Size of a WebAssembly page in bytes. @see https://webassembly.github.io/spec/core/exec/runtime.html#page-size */
export const PAGE_BYTES = 65_536;
/**
 * Elements of a table, both initially and after growth. A table of 10 million aborts the whole process, despite every worker limit;
 * indirect calls of a large Rust or C program need a few thousand.
 */
export const MAX_TABLE_ELEMENTS = 10_000;
/** Metadata JSON. Real ones are under 4 KiB; an index reads thousands of them. */
export const MAX_METADATA_BYTES = 64 * 1024;
/** Nesting of any JSON from a plugin. 10,000 levels parse, but overflow the stack of `structuredClone`. */
export const MAX_JSON_DEPTH = 64;
/** Tool calls in one answer: models make a few at once. */
export const MAX_TOOL_CALLS = 256;
/** Files of one call. Models take 20 to 100 images at once; a record with thousands of files is a mistake, or an attack. */
export const MAX_ATTACHMENTS = 64;
/** Numbers of an embedding: the longest of known models have 4096, of research models 12,288. */
export const MAX_EMBEDDING_DIMENSIONS = 16_384;
/** Plugin name: ends up in file names, tables and metric labels. */
export const MAX_NAME_LENGTH = 128;
/** Free text in metadata. */
export const MAX_TEXT_LENGTH = 4096;
/** Frames of a guest's stack in an error: enough to see a recursion, and only a kilobyte or two for each error of a batch. */
export const MAX_GUEST_FRAMES = 32;
/** A function's name or a file's path in such a frame: names of Rust's generics may be far longer without saying more. */
export const MAX_PLACE_LENGTH = 1000;
/** Entries of a list or map in metadata. */
export const MAX_METADATA_ENTRIES = 128;
