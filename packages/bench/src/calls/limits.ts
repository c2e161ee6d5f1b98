/** Defaults and caps of calls that wait for a network, each with its reason. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const MiB = 1024 * 1024;

/** Calls in flight at first: what every paid tier of the large providers takes. */
export const START_CONCURRENCY = 20;
/** Default maximum of calls in flight: beyond it a provider's token limits bind first. */
export const DEFAULT_MAX_CONCURRENCY = 200;
/** Most calls in flight that may be asked for: each holds a socket, and a process has 1,024 descriptors on many systems. */
export const MAX_CONCURRENCY = 1024;
/** Until something goes wrong, one more for as many answers: a fifth more each round, so that a refusal that comes late finds little overshoot. */
export const SEARCH_ANSWERS = 5;
/** What a refused call leaves of the calls in flight. Half, as in TCP, wastes a third of a server that has a fixed number of places. */
export const CUT_FACTOR = 0.8;
/**
 * After a cut the number of calls in flight rests for this long: providers count by the minute, or by parts of it. It is also the longest wait after
 * a refusal that is not the server's wish: until then the place is free that the cut has freed.
 */
export const REST_MS = 15 * SECOND;
/** Answers since the last cut, of which this many refusals and this share make another cut before the rest is over. */
export const STORM = { refusals: 3, share: 0.2 } as const;

/** One attempt: a model that thinks may take minutes. The official clients wait for ten. */
export const DEFAULT_ATTEMPT_TIMEOUT_MS = 5 * MINUTE;
/** Further attempts after failures that may pass: with 7 % failures one call in 10 million is lost. */
export const DEFAULT_RETRIES = 5;
/** Waits are a minute at most, so that these are less than two hours. */
export const MAX_RETRIES = 100;
/** How long a call is asked again while the server says that there are too many: ten windows of a minute. */
export const DEFAULT_MAX_REFUSED_MS = 10 * MINUTE;
/** Wait before the second attempt; doubled for each further one. */
export const FIRST_BACKOFF_MS = 1 * SECOND;
/** Longest wait that is not the server's wish: the length of the window in which providers count. */
export const MAX_BACKOFF_MS = 1 * MINUTE;
/** A call that was refused as often gets its place before any is added: one that always comes last would be refused for ever. */
export const STARVING_REFUSALS = 3;
/** Part of a `Retry-After` by which calls that were told the same time are spread, and its cap. */
export const RETRY_AFTER_SPREAD = { share: 0.1, maxMs: 1 * SECOND } as const;

/** After a cancel running calls may end by themselves, since they are paid for; both together are the two seconds that Ctrl-C may take. */
export const FINISH_GRACE_MS = 1_500;
/** How long an attempt may take to end after its signal; then it is abandoned and its outcome ignored. */
export const ABORT_GRACE_MS = 400;

/** One kept answer: the default limit of an output is 1 MiB, and one that is larger is raised for a reason. */
export const MAX_CACHE_ENTRY_BYTES = 16 * MiB;
/** A temporary file that is older was left by a writer that was killed; writing takes milliseconds. */
export const STALE_TEMPORARY_MS = 60 * MINUTE;

/** Tokens of one part of a message that is not text: the largest image of the most expensive model, doubled. */
export const MAX_PART_TOKENS = 100_000;
/** Tokens that a server adds for each message, and once for a request with its tools. */
export const MESSAGE_TOKENS = 32;
export const REQUEST_TOKENS = 1_024;
