/** Caps of talking to a registry; each with its reason. */

/** How often a request is made in all: a registry that fails four times in a row is down. */
export const MAX_ATTEMPTS = 4;
/** First pause between two attempts; each further one is twice as long. */
export const FIRST_PAUSE_MS = 250;
/** The longest `Retry-After` to wait for; a longer one needs a decision of the user. */
export const MAX_RETRY_AFTER_MS = 60_000;
/** How long connecting may take. */
export const CONNECT_TIMEOUT_MS = 10_000;
/** How long a registry may say nothing, before its answer and in the middle of it. */
export const SILENCE_TIMEOUT_MS = 30_000;
/** Time limit of requests other than blobs: an occasional byte resets the idle limit. */
export const REQUEST_TIMEOUT_MS = 60_000;
/** Slowest transfer of a blob that is waited for, in bytes a second: 1 GiB may take 9 hours, and not for ever. */
export const MIN_BYTES_PER_SECOND = 32 * 1024;
/**
 * How long a transfer of a blob may take in all, its attempts and the pauses between them, unless one attempt at the slowest speed takes longer: four
 * attempts that fall silent, and three pauses of a minute, are 5 minutes. A module of 16 MiB, the largest, has 9.5 minutes.
 */
export const TRANSFER_TIMEOUT_MS = 300_000;
/** The longest that may be chosen: a gibibyte, the largest blob, takes 9 hours at the slowest speed. */
export const MAX_TRANSFER_TIMEOUT_MS = 24 * 3_600_000;
/** Redirects one after the other: registries lead to one storage, which may lead to a mirror. */
export const MAX_REDIRECTS = 5;
/** Pages of one list: with 1,000 tags a page, more than the tags that are looked at. */
export const MAX_PAGES = 20;
/** Default number of listed names of a registry. */
export const DEFAULT_REPOSITORIES = 1000;
/** The maximum: a public registry has millions. */
export const MAX_REPOSITORIES = 10_000;
/** Tags that are asked for in a page. */
export const TAGS_PER_PAGE = 1000;
/** Bytes of a page of tags: 1,000 of them with 128 characters. */
export const MAX_PAGE_BYTES = 1024 * 1024;
/** Bytes of an answer of a token service: tokens have some kilobytes. */
export const MAX_TOKEN_BYTES = 64 * 1024;
/** Default lifetime of a token. @see https://distribution.github.io/distribution/spec/auth/token/ */
export const TOKEN_LIFETIME_MS = 60_000;
/** Bytes of an error's text that are read. */
export const MAX_ERROR_BYTES = 16 * 1024;
/** From here on a blob is sent in chunks of this size, each told as progress: proxies often cap a body. */
export const CHUNK_BYTES = 8 * 1024 * 1024;
/** Bytes of Docker's configuration. */
export const MAX_CONFIG_BYTES = 1024 * 1024;
/** Time limit of a credential helper: it may prompt for a password. */
export const HELPER_TIMEOUT_MS = 60_000;
