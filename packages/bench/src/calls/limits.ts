/** Defaults and limits of calls that wait for a network, each with its reason. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MiB = 1024 * 1024;

/** Calls in flight at first: every paid tier of the large providers takes this many. */
export const START_CONCURRENCY = 20;
/** Default maximum of calls in flight: beyond it a provider's token limits bind first. */
export const DEFAULT_MAX_CONCURRENCY = 200;
/** Largest number of calls in flight that may be configured: each holds a socket, and a process has 1,024 descriptors on many systems. */
export const MAX_CONCURRENCY = 1024;
/** Until something goes wrong, the limit grows by one for this many answers: by a fifth each round, so that a late refusal finds little overshoot. */
export const SEARCH_ANSWERS = 5;
/** The share of the calls in flight that remains after a refusal. Half, as in TCP, wastes a third of a server that has a fixed number of places. */
export const CUT_FACTOR = 0.8;
/**
 * After a cut, the number of calls in flight rests for this long: providers count by the minute, or by parts of it. It is also the longest wait after
 * a refusal without a wait requested by the server: until then, the place that the cut has freed stays free.
 */
export const REST_MS = 15 * SECOND;
/** This many refusals, and this share of the answers since the last cut, cause another cut before the rest is over. */
export const STORM = { refusals: 3, share: 0.2 } as const;

/** For one attempt: a reasoning model may take minutes. The official clients wait for ten. */
export const DEFAULT_ATTEMPT_TIMEOUT_MS = 5 * MINUTE;
/** Further attempts after transient failures: with 7 % failures, one call in 10 million is lost. */
export const DEFAULT_RETRIES = 5;
/** Waits are at most a minute, so that all of them take less than two hours. */
export const MAX_RETRIES = 100;
/** How long a call is retried while the server reports too many requests: ten windows of a minute. */
export const DEFAULT_MAX_REFUSED_MS = 10 * MINUTE;
/** Wait before the second attempt; doubled for each further one. */
export const FIRST_BACKOFF_MS = 1 * SECOND;
/** Longest wait that the server has not requested: the length of the window in which providers count. */
export const MAX_BACKOFF_MS = 1 * MINUTE;
/** A call that was refused this often gets its place before any is added: a call that always comes last would be refused forever. */
export const STARVING_REFUSALS = 3;
/** The share of a `Retry-After` over which calls with the same requested wait are spread, and its maximum. */
export const RETRY_AFTER_SPREAD = { share: 0.1, maxMs: 1 * SECOND } as const;

/** After a cancel, running calls may end on their own, since they are paid for; both values together are the two seconds that Ctrl-C may take. */
export const FINISH_GRACE_MS = 1_500;
/** How long an attempt may take to end after its signal; then it is abandoned and its outcome is ignored. */
export const ABORT_GRACE_MS = 400;

/** Size of one kept answer: the default limit of an output is 1 MiB, and a larger limit is set for a reason. */
export const MAX_CACHE_ENTRY_BYTES = 16 * MiB;
/** An older temporary file was left by a writer that was killed; writing takes milliseconds. */
export const STALE_TEMPORARY_MS = 60 * MINUTE;

/** Tokens of one part of a message that is not text: the largest image of the most expensive model, doubled. */
export const MAX_PART_TOKENS = 100_000;
/** Tokens that a server adds for each message, and once for a request with its tools. */
export const MESSAGE_TOKENS = 32;
export const REQUEST_TOKENS = 1_024;
