/** Sizes of the conformance check, each with its reason. */

/** What one step of a check may take, in milliseconds: an endless loop in a plugin should show, not hang. */
export const CHECK_STEP_MS = 20_000;
/** Room for input and for output of a plugin with the classic signature: the longest that is sent is half of it. */
export const CLASSIC_ROOM_BYTES = 4 * 1024 * 1024;
/** Nested lists in the deepest input: a reader that recurses without a cap overflows its stack. */
export const DEEP_LEVELS = 10_000;
/** Characters of the longest input: more than any buffer of a fixed size. */
export const LONG_TEXT = 1024 * 1024;
/** Calls that memory is watched over. A leak of a hundred bytes a call takes four pages. */
export const STEADY_CALLS = 3_000;
/** Calls before that: caches and buffers find their size. */
export const WARM_UP_CALLS = 300;
