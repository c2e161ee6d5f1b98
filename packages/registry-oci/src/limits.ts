/** Caps for communication with a registry; each with its reason. */

/** Maximum number of attempts per request: a registry that fails four times in a row is down. */
export const MAX_ATTEMPTS = 4;
/** First pause between two attempts; each further one is twice as long. */
export const FIRST_PAUSE_MS = 250;
/** The longest `Retry-After` to wait for; a longer one is for the user to decide. */
export const MAX_RETRY_AFTER_MS = 60_000;
/** Time limit for connecting. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** How long a registry may stay silent, before its answer and in the middle of it. */
export const SILENCE_TIMEOUT_MS = 30_000;
/** Time limit of requests other than blobs: an occasional byte resets the idle limit. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** Slowest accepted transfer of a blob, in bytes a second: 1 GiB may take 9 hours, but not forever. */
export const MIN_BYTES_PER_SECOND = 32 * 1024;
/**
 * Time limit of a blob's transfer, including its attempts and the pauses between them, unless one attempt at the slowest speed takes longer: four
 * attempts that fall silent, and three pauses of a minute, are 5 minutes. A module of 16 MiB, the largest, has 9.5 minutes.
 */
export const TRANSFER_TIMEOUT_MS = 300_000;
/** The longest time limit that may be set: a gibibyte, the largest blob, takes 9 hours at the slowest speed. */
export const MAX_TRANSFER_TIMEOUT_MS = 24 * 3_600_000;
/** Redirects in a row: registries redirect to one storage, which may redirect to a mirror. */
export const MAX_REDIRECTS = 5;
/** Pages of one list: with 1,000 tags a page, more than the maximum number of tags. */
export const MAX_PAGES = 20;
/** Default number of names listed from a registry. */
export const DEFAULT_REPOSITORIES = 1000;
/** Maximum number: a public registry has millions. */
export const MAX_REPOSITORIES = 10_000;
/** Tags requested per page. */
export const TAGS_PER_PAGE = 1000;
/** Bytes of a page of tags: 1,000 of them with 128 characters. */
export const MAX_PAGE_BYTES = 1024 * 1024;
/** Bytes of a token service's answer: tokens have a few kilobytes. */
export const MAX_TOKEN_BYTES = 64 * 1024;
/** Default lifetime of a token. @see https://distribution.github.io/distribution/spec/auth/token/ */
export const TOKEN_LIFETIME_MS = 60_000;
/** Bytes read from an error's text. */
export const MAX_ERROR_BYTES = 16 * 1024;
/** From this size on, a blob is sent in chunks of this size, each reported as progress: proxies often cap a body. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
/** Bytes of Docker's configuration. */
export const MAX_CONFIG_BYTES = 1024 * 1024;
/** Time limit of a credential helper: it may prompt for a password. */
export const HELPER_TIMEOUT_MS = 60_000;
