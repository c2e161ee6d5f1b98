/** Sizes of the conformance check, each with its reason. */

/** Time that one step of a check may take, in milliseconds: an endless loop in a plugin should be reported, not hang. */
export const CHECK_STEP_MS = 20_000;
/** Space for input and for output of a plugin with the classic signature: the longest input sent is half of it. */
export const CLASSIC_ROOM_BYTES = 4 * 1024 * 1024;
/** Nested lists in the deepest input: a reader that recurses without a cap overflows its stack. */
export const DEEP_LEVELS = 10_000;
/** Characters of the longest input: more than any fixed-size buffer. */
export const LONG_TEXT = 1024 * 1024;
/** Calls over which memory is watched. A leak of a hundred bytes per call takes four pages. */
export const STEADY_CALLS = 3_000;
/** Calls before that: caches and buffers reach their size. */
export const WARM_UP_CALLS = 300;
