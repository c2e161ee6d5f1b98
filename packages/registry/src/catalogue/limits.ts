/** Caps of the catalogue; each with its reason. */

/** Entries of a catalogue: ten times the largest that is asked for; each takes about 2 kB of memory. */
export const MAX_CATALOGUE_ENTRIES = 100_000;
/** A line of the catalogue's file. Metadata has 64 KiB at most, of which names and texts are kept; its schema is not. */
export const MAX_CATALOGUE_LINE_BYTES = 80 * 1024;
/** The catalogue's file: as many entries as there may be, of 2.5 kB each. */
export const MAX_CATALOGUE_BYTES = 256 * 1024 * 1024;
/** Changes that are made at once, and reach the disk at once. */
export const CATALOGUE_BATCH = 1_000;
/** Lines that no longer count, from which on the file is written again if they are most of it. */
export const MIN_STALE_LINES = 1_000;

/** Words of an entry that a search finds: a description of 4096 characters has about 700. */
export const MAX_WORDS_PER_ENTRY = 1_000;
/** Characters of a word: what is longer is found by its beginning. */
export const MAX_WORD_LENGTH = 64;
/** Words that a search may ask for. */
export const MAX_QUERY_WORDS = 16;
/** Characters of a search; what is more is cut. */
export const MAX_QUERY_LENGTH = 1_024;
/** Names and addresses of registries. */
export const MAX_REGISTRY_LENGTH = 256;
/** Default maximum of search results. */
export const DEFAULT_SEARCH_RESULTS = 50;
