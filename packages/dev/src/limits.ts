/** Sizes of the loop, each with its reason. */

/** Quiet time after a change before anything is done: an editor writes, renames and sets times, and a formatter follows. */
export const QUIET_MS = 30;
/** Maximum time for which uninterrupted changes, such as the checkout of a branch, delay a build. */
export const MOST_WAIT_MS = 500;
/** Files and folders watched below a project: each takes one watch of the system, and some systems permit 8,192 per user. */
export const MAX_WATCHED = 4_000;
/** Records of a data set that are scored: the loop should feel instant; `records` sets another number. */
export const DEFAULT_RECORDS = 20;
/** Golden differences reported per file: the first ones are fixed first. */
export const MAX_DIFFERENCES = 20;
/** Changed records listed in one event; the others are only counted. */
export const MAX_CHANGES = 50;
/** Lines of a source shown before and after the one where a failure occurred. */
export const EXCERPT_LINES = 2;
/** Maximum size in bytes of a source for an excerpt: larger files are generated. */
export const MAX_SOURCE_BYTES = 4 * 1024 * 1024;
