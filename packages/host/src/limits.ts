/** Caps on what a plugin can make the host do; each with its reason. */

/** One log record, in bytes; longer ones are cut. A screenful of text. */
export const MAX_LOG_RECORD_BYTES = 16 * 1024;
/** Log records of one call; more are dropped and counted. An unbounded flood grew a host from 42 to 153 MB. */
export const MAX_LOG_RECORDS_PER_CALL = 1000;
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
/** State entries of one plugin; bounds the cost of the map beside the bytes. */
export const MAX_STATE_ENTRIES = 4096;
/** Buffers of one WASI `fd_write`: what POSIX systems call IOV_MAX. */
export const MAX_WASI_BUFFERS = 1024;

/** Fuel of one host call. It takes 25 ns and more, as long as some dozen instructions. */
export const CALL_FUEL = 50;
/** Bytes of guest memory that a host call reads or writes for one more unit of fuel. */
export const BYTES_PER_FUEL = 8;
