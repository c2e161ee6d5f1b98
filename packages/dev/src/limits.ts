/** Sizes of the loop, each with its reason. */

/** Silence after a change before anything is done: an editor writes, renames and sets times, a formatter follows. */
export const QUIET_MS = 30;
/** The longest that changes without a pause, as of a branch that is checked out, put a build off. */
export const MOST_WAIT_MS = 500;
/** Files and folders that are watched below a project: each takes a watch of the system, of which some have 8,192 for a user. */
export const MAX_WATCHED = 4_000;
/** Records of a data set that are scored: the loop is to feel instant; `records` takes more. */
export const DEFAULT_RECORDS = 20;
/** Golden differences reported per file: the first ones are fixed first. */
export const MAX_DIFFERENCES = 20;
/** Changed records that one event has; the others are counted. */
export const MAX_CHANGES = 50;
/** Lines of a source before and behind the one where something broke. */
export const EXCERPT_LINES = 2;
/** Bytes of a source that an excerpt is taken from: more is generated. */
export const MAX_SOURCE_BYTES = 4 * 1024 * 1024;
