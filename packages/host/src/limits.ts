/** Caps on what a plugin can make the host do; each with its reason. */

/** One log record, in bytes; longer ones are cut off. A screenful of text. */
export const MAX_LOG_RECORD_BYTES = 16 * 1024;
/** Log records of one call; more are dropped and counted. An unbounded flood grew a host from 42 to 153 MB. */
export const MAX_LOG_RECORDS_PER_CALL = 1000;
/** All records of one call: guest records, failures and denials each have the same quota, plus a final record if some were dropped. */
export const MAX_RECORDS_PER_CALL = 3 * (MAX_LOG_RECORDS_PER_CALL + 1);
/** Text of `host_error` and `abort`, in bytes; longer ones are cut off. */
export const MAX_ERROR_BYTES = 16 * 1024;
/** One call of `host_random_bytes`; a plugin that needs more asks again. */
export const MAX_RANDOM_BYTES = 65_536;
/** One chunk of `host_emit`, in bytes: as much as a whole output. */
export const MAX_CHUNK_BYTES = 1024 * 1024;
/** All chunks of one call, in bytes. */
export const MAX_EMITTED_BYTES = 64 * 1024 * 1024;
/** Bytes that a guest passes to one effect: the largest request body or piece of a file. */
export const MAX_EFFECT_INPUT_BYTES = 16 * 1024 * 1024;
/** A state key or the name of an environment variable, in bytes. */
export const MAX_KEY_BYTES = 512;
/** All state of one plugin, keys and values, in bytes. */
export const MAX_STATE_BYTES = 1024 * 1024;
/**
 * A state file is rewritten from scratch when it is longer: changes are appended, and old values stay in it until then. If
 * that fails, it may grow to twice this length, and then accepts no more.
 */
export const MAX_JOURNAL_BYTES = 8 * MAX_STATE_BYTES;
/** Old values that may stay in a state file when it is opened: below this, rewriting is not worthwhile. */
export const SMALL_JOURNAL_BYTES = 64 * 1024;
/** State that one call writes, in bytes: each change is written to the file at once, on the host's own thread. */
export const MAX_STATE_WRITTEN_PER_CALL = 16 * MAX_STATE_BYTES;
/** State entries of one plugin; limits the cost of the map in addition to the bytes. */
export const MAX_STATE_ENTRIES = 4096;
/** Requests that one call has open at a time; the same limit applies to files. */
export const MAX_OPEN_HANDLES = 16;

/** Requests of one call. A plugin that needs more is a crawler. */
export const MAX_REQUESTS_PER_CALL = 256;
/** Sockets of one plugin, idle ones included: a process has 1,024 descriptors on many systems. */
export const MAX_SOCKETS_PER_PLUGIN = 320;
/** Sockets of one plugin to one origin: a benchmark sends a model 200 requests at once, and it is up to the server to refuse more. */
export const MAX_SOCKETS_PER_ORIGIN = 256;
/** Connecting to one host, name and TLS included. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** An idle connection is kept for this long, whatever the server suggests. */
export const KEEP_ALIVE_MS = 4_000;
/** A URL; servers refuse longer ones from 8 kB on. */
export const MAX_URL_BYTES = 8_192;
/** Headers of a request. */
export const MAX_REQUEST_HEADERS = 64;
/** All headers of a request or a response, in bytes: twice what servers accept. */
export const MAX_HEADER_BYTES = 32 * 1024;
/** Brackets and commas in the JSON of a request, outside strings: 16 MiB of them take seconds to parse. */
export const MAX_REQUEST_STRUCTURE = 1_000;
/**
 * Body of one request after its attachments were filled in, in bytes: all files that a record may have, in base64. Servers accept 20 to 50 MB.
 */
export const MAX_FILLED_BODY_BYTES = 64 * 1024 * 1024;
/** Body of one response, in bytes, both as it arrives and decompressed: 260 kB of gzip can become 268 MB. */
export const MAX_RESPONSE_BYTES = 64 * 1024 * 1024;
/** Redirects that one request follows: browsers follow 20, APIs need one or two. */
export const MAX_REDIRECTS = 5;
/** Maximum bytes of one read; the rest comes with the next. */
export const MAX_READ_BYTES = 1024 * 1024;

/**
 * Everything that one call reads of its attachments, in bytes: each of them several times. A plugin that reads a picture again for every
 * pixel is stopped before its host has copied for minutes.
 */
export const MAX_ATTACHMENT_BYTES_PER_CALL = 256 * 1024 * 1024;

/** A path, in bytes; the limit of Linux. */
export const MAX_PATH_BYTES = 4_096;
/** Directories of a path below the granted one: each is opened and checked. */
export const MAX_PATH_DEPTH = 64;
/** One file that is read or written, and everything that one call reads: a data set, not a disk. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;
/** Everything that one loaded version of a plugin writes. */
export const MAX_WRITTEN_BYTES = 1024 * 1024 * 1024;
/** Files that one loaded version of a plugin writes: file systems run out of inodes too. */
export const MAX_WRITTEN_FILES = 10_000;
/** Entries of a directory that is listed. */
export const MAX_LISTED_ENTRIES = 10_000;

/** Secrets that are searched for in responses: the most recently used ones. Only a store that makes up new ones has so many. */
export const MAX_MASKED_SECRETS = 256;
/**
 * How long a secret may be in a response, in lengths of the secret, to be found across chunks: an escaped character takes
 * up to 6, one that is escaped twice rarely more than 12. This much of a response without line ends is held back.
 */
export const MASK_WINDOW_FACTOR = 12;
/** Name look-ups of one plugin that run at a time; they cannot be cancelled, and all plugins share the system's resolver. */
export const MAX_LOOKUPS_PER_PLUGIN = 4;
/** Entries of all directories that one call lists. */
export const MAX_LISTED_ENTRIES_PER_CALL = 50_000;
/** Characters of a secret. A shorter one could be guessed by observing which guesses are masked in a response. */
export const MIN_SECRET_LENGTH = 8;
/** An `.env` file, in bytes: some hundred keys; anything larger is another file. */
export const MAX_ENV_FILE_BYTES = 64 * 1024;
/** Maximum characters of a secret: it must fit into a header. */
export const MAX_SECRET_LENGTH = 8_192;

/** Buffers of one WASI `fd_write`: what POSIX systems call IOV_MAX. */
export const MAX_WASI_BUFFERS = 1024;

/** Files and directories that a WASI program has open in one call; the host allows fewer files. */
export const MAX_WASI_DESCRIPTORS = 64;
/** The list of a directory for a WASI program, as JSON: some ten thousand names. */
export const MAX_WASI_LIST_BYTES = 1024 * 1024;

/** Fuel of one host call. It takes 25 ns or more, as long as a few dozen instructions. */
export const CALL_FUEL = 50;
/** Bytes of guest memory that a host call reads or writes for one more unit of fuel. */
export const BYTES_PER_FUEL = 8;

/** Input of one call of a custom host function, in bytes of JSON; its answer too. As much as a whole output. */
export const MAX_CUSTOM_JSON_BYTES = 1024 * 1024;
/**
 * Brackets and commas in the JSON of that input, outside strings. It is parsed on the host's own thread, where 1 MiB of `{}`
 * takes a tenth of a second or more.
 */
export const MAX_CUSTOM_INPUT_STRUCTURE = 65_536;
/** Inputs of all custom host functions that one call runs, in bytes: they are parsed on the host's own thread. */
export const MAX_CUSTOM_INPUT_BYTES_PER_CALL = 16 * MAX_CUSTOM_JSON_BYTES;
/** Answers of all of them, in bytes: as much as a call may emit. */
export const MAX_CUSTOM_ANSWER_BYTES_PER_CALL = 64 * 1024 * 1024;
/** Custom host functions that one call runs. Their cost is unknown here: one may query a database. */
export const MAX_CUSTOM_CALLS_PER_CALL = 10_000;
