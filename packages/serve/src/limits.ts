/** Limits of a server of plugins, each with its reason; those of {@link ServeLimits} can be set. */

const MiB = 1024 * 1024;

/** Maximum size of a request's headers: a token and what a proxy adds take one or two kilobytes. */
export const MAX_HEADER_BYTES = 16 * 1024;
/** Timeout for all headers of a request: a client sends them at once. */
export const HEADERS_TIMEOUT_MS = 5_000;
/** How long an idle connection is kept: harnesses send the next request at once, and a socket that is kept is not there for others. */
export const KEEP_ALIVE_MS = 10_000;
/**
 * Maximum number of commas and opening brackets of a body: 16 MiB of `[{},{},…]` would block the event loop for seconds. A batch of
 * 1,000 records of a hundred values each is below it; parsing so many takes about 50 ms.
 */
export const MAX_BODY_STRUCTURE = 200_000;
/** Number of inputs of a batch that run, and whose results are held, at a time: each result may have a megabyte. */
export const BATCH_GROUP = 32;
/** Shortest token: 16 characters of base64url are 96 random bits. */
export const MIN_TOKEN_CHARACTERS = 16;
/** Maximum number of characters of a name that a client chooses, such as a model's: it is quoted in errors. */
export const MAX_NAME_CHARACTERS = 200;
/** After so many seconds a client may try again when the server is busy: calls take less. */
export const RETRY_AFTER_SECONDS = 1;

/** What clients may use of a server at most. */
export interface ServeLimits {
  /** A request's body, in bytes: a batch of a thousand records, or a long conversation. @default 16777216 */
  readonly maxBodyBytes: number;
  /** All bodies that are held at a time, in bytes: further ones are refused. @default 134217728 */
  readonly maxHeldBytes: number;
  /** Inputs of a batch: more take longer than a client waits. @default 1000 */
  readonly maxBatch: number;
  /** The answer to a request, in bytes; a stream may be longer. @default 33554432 */
  readonly maxAnswerBytes: number;
  /** Requests that are answered at a time, over all clients; further ones are refused. @default 64 */
  readonly maxRequests: number;
  /** Sockets; further ones are closed at once. @default 256 */
  readonly maxSockets: number;
  /** Time to send a whole request, in milliseconds: 16 MiB in 30 s are half a megabyte per second. @default 30000 */
  readonly bodyTimeoutMs: number;
  /** Time of a request from its first byte to the last one of its answer, in milliseconds: models take minutes. @default 300000 */
  readonly requestTimeoutMs: number;
  /** Time for running requests when the server stops, in milliseconds: orchestrators kill after 30 s. @default 25000 */
  readonly drainTimeoutMs: number;
}

/** The limits that apply where none are given. */
export const DEFAULT_SERVE_LIMITS: ServeLimits = {
  maxBodyBytes: 16 * MiB,
  maxHeldBytes: 128 * MiB,
  maxBatch: 1000,
  maxAnswerBytes: 32 * MiB,
  maxRequests: 64,
  maxSockets: 256,
  bodyTimeoutMs: 30_000,
  requestTimeoutMs: 300_000,
  drainTimeoutMs: 25_000,
};
