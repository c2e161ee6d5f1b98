/** Limits of conversations and tools, each with its reason; those of steps and turns are in `config/limits.ts`. */

/** Bytes of what a tool returns, by default: it goes to the model again with each further step, and is paid for each time. */
export const MAX_TOOL_RESULT_BYTES = 64 * 1024;
/** Calls of tools that are answered in one step: servers allow 128 tools, and no useful answer calls most of them at once. */
export const MAX_CALLS_OF_STEP = 64;
/** Characters of a name or problem that a model is told: both may come from the model itself. */
export const MAX_TOLD_CHARACTERS = 300;
