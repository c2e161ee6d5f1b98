/** Caps of the catalogue; each with its reason. */

/** Entries of a catalogue: ten times the largest size required; each takes about 2 kB of memory. */
export const MAX_CATALOGUE_ENTRIES = 100_000;
/** A line of the catalogue's file. Metadata has at most 64 KiB, of which names and texts are kept; its schema is not. */
export const MAX_CATALOGUE_LINE_BYTES = 80 * 1024;
/** The catalogue's file: the maximum number of entries, at 2.5 kB each. */
export const MAX_CATALOGUE_BYTES = 256 * 1024 * 1024;
/** Changes that are made together and written to disk together. */
export const CATALOGUE_BATCH = 1_000;
/** Minimum number of obsolete lines before the file is rewritten, which happens if they are the majority. */
export const MIN_STALE_LINES = 1_000;

/** Words of an entry that a search finds: a description of 4096 characters has about 700. */
export const MAX_WORDS_PER_ENTRY = 1_000;
/** Characters of a word: a longer one is found by its beginning. */
export const MAX_WORD_LENGTH = 64;
/** Words in a search. */
export const MAX_QUERY_WORDS = 16;
/** Characters of a search; a longer text is cut. */
export const MAX_QUERY_LENGTH = 1_024;
/** Names and addresses of registries. */
export const MAX_REGISTRY_LENGTH = 256;
/** Default maximum of search results. */
export const DEFAULT_SEARCH_RESULTS = 50;
