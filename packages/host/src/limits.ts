/** Caps on what a plugin can make the host do; each with its reason. */

/** One log record, in bytes; longer ones are cut. A screenful of text. */
export const MAX_LOG_RECORD_BYTES = 16 * 1024;
/** Log records of one call; more are dropped and counted. An unbounded flood grew a host from 42 to 153 MB. */
export const MAX_LOG_RECORDS_PER_CALL = 1000;
/** All records of one call: those of the guest, failures and denials have the same quota each, and a last one if some were dropped. */
export const MAX_RECORDS_PER_CALL = 3 * (MAX_LOG_RECORDS_PER_CALL + 1);
/** Text of `host_error` and `abort`, in bytes; longer ones are cut. */
export const MAX_ERROR_BYTES = 16 * 1024;
/** One call of `host_random_bytes`; a plugin that needs more asks again. */
export const MAX_RANDOM_BYTES = 65_536;
/** One chunk of `host_emit`, in bytes: as much as a whole output. */
export const MAX_CHUNK_BYTES = 1024 * 1024;
/** All chunks of one call, in bytes. */
export const MAX_EMITTED_BYTES = 64 * 1024 * 1024;
/** Bytes that a guest hands to one effect: the largest request body or piece of a file. */
export const MAX_EFFECT_INPUT_BYTES = 16 * 1024 * 1024;
/** A state key or the name of an environment variable, in bytes. */
export const MAX_KEY_BYTES = 512;
/** All state of one plugin, keys and values, in bytes. */
export const MAX_STATE_BYTES = 1024 * 1024;
/**
 * A file of state is written from scratch when it is longer: changes are appended, and old values stay in it until then. Where
 * that fails it may become twice as long, and then takes no more.
 */
export const MAX_JOURNAL_BYTES = 8 * MAX_STATE_BYTES;
/** Old values that may stay in a file of state when it is opened: less is not worth writing it. */
export const SMALL_JOURNAL_BYTES = 64 * 1024;
/** State that one call writes: each change is written down at once, on the host's own thread. */
export const MAX_STATE_WRITTEN_PER_CALL = 16 * MAX_STATE_BYTES;
/** State entries of one plugin; bounds the cost of the map besides the bytes. */
export const MAX_STATE_ENTRIES = 4096;
/** Requests, and files, that one call has open at a time; each. */
export const MAX_OPEN_HANDLES = 16;

/** Requests of one call. A plugin that needs more is a crawler. */
export const MAX_REQUESTS_PER_CALL = 256;
/** Sockets of one plugin, idle ones included: a process has 1,024 descriptors on many systems. */
export const MAX_SOCKETS_PER_PLUGIN = 320;
/** Sockets of one plugin to one origin: a benchmark asks a model 200 times at once, and more is for the server to refuse. */
export const MAX_SOCKETS_PER_ORIGIN = 256;
/** Connecting to one host, name and TLS included. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** An idle connection is kept for this long, whatever the server suggests. */
export const KEEP_ALIVE_MS = 4_000;
/** A URL; servers refuse longer ones from 8 kB on. */
export const MAX_URL_BYTES = 8_192;
/** Headers of a request. */
export const MAX_REQUEST_HEADERS = 64;
/** Headers of a request, or of an answer, in bytes together: what servers take, doubled. */
export const MAX_HEADER_BYTES = 32 * 1024;
/** Brackets and commas in the JSON of a request, outside of strings: 16 MiB of them take seconds to parse. */
export const MAX_REQUEST_STRUCTURE = 1_000;
/** Body of one answer, in bytes, both as it arrives and decompressed: 260 kB of gzip can become 268 MB. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** Redirects that one request follows: what browsers follow is 20, what APIs need is one or two. */
export const MAX_REDIRECTS = 5;
/** What one read gives at most; the rest comes with the next. */
export const MAX_READ_BYTES = 1024 * 1024;

/** A path; what Linux takes. */
export const MAX_PATH_BYTES = 4_096;
/** Directories of a path below the granted one: each is opened and checked. */
export const MAX_PATH_DEPTH = 64;
/** One file, read or written, and all that one call reads: a data set, not a disk. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** All that one loaded version of a plugin writes. */
export const MAX_WRITTEN_BYTES = 1024 * 1024 * 1024;
/** Files that one loaded version of a plugin writes: file systems run out of inodes too. */
export const MAX_WRITTEN_FILES = 10_000;
/** Entries of a directory that is listed. */
export const MAX_LISTED_ENTRIES = 10_000;

/** Secrets that are looked for in answers: those that were used last. Only a store that makes up new ones has so many. */
export const MAX_MASKED_SECRETS = 256;
/**
 * How long a secret may be in an answer, in lengths of the secret, to be found where chunks are cut: an escaped character takes
 * up to 6, one that is escaped twice rarely more than 12. So much of an answer without line ends is held back.
 */
export const MASK_WINDOW_FACTOR = 12;
/** Name look-ups of one plugin that run at a time; one cannot be ended, and all plugins share the system's resolver. */
export const MAX_LOOKUPS_PER_PLUGIN = 4;
/** Entries of all directories that one call lists. */
export const MAX_LISTED_ENTRIES_PER_CALL = 50_000;
/** Characters of a secret. A shorter one could be guessed by looking which guesses are masked in an answer. */
export const MIN_SECRET_LENGTH = 8;
/** The same, at most: it has to fit a header. */
export const MAX_SECRET_LENGTH = 8_192;

/** Buffers of one WASI `fd_write`: what POSIX systems call IOV_MAX. */
export const MAX_WASI_BUFFERS = 1024;

/** Files and directories that a WASI program has open in one call; of files the host allows fewer. */
export const MAX_WASI_DESCRIPTORS = 64;
/** The list of a directory for a WASI program, as JSON: some ten thousand names. */
export const MAX_WASI_LIST_BYTES = 1024 * 1024;

/** Fuel of one host call. It takes 25 ns and more, as long as some dozen instructions. */
export const CALL_FUEL = 50;
/** Bytes of guest memory that a host call reads or writes for one more unit of fuel. */
export const BYTES_PER_FUEL = 8;

/** Input of one call of a custom host function, in bytes of JSON; its answer too. As much as a whole output. */
export const MAX_CUSTOM_JSON_BYTES = 1024 * 1024;
/**
 * Brackets and commas in the JSON of that input, outside of strings. It is parsed on the host's own thread, where 1 MiB of `{}`
 * takes a tenth of a second and more.
 */
export const MAX_CUSTOM_INPUT_STRUCTURE = 65_536;
/** Inputs of the custom host functions that one call runs, in bytes together: they are parsed on the host's own thread. */
export const MAX_CUSTOM_INPUT_BYTES_PER_CALL = 16 * MAX_CUSTOM_JSON_BYTES;
/** Answers of the same, in bytes together: as much as a call may emit. */
export const MAX_CUSTOM_ANSWER_BYTES_PER_CALL = 64 * 1024 * 1024;
/** Custom host functions that one call runs. What one costs is not known here: it may ask a database. */
export const MAX_CUSTOM_CALLS_PER_CALL = 10_000;
