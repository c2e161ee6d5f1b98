/** Defaults and caps of the manager; each with its reason. */

/** Plugins loaded at a time: the original system's default. */
export const DEFAULT_MAX_LOADED_PLUGINS = 100;
/** Calls running at a time. Inline calls overlap only when a host callback starts another call; each holds a stack. */
export const DEFAULT_MAX_CONCURRENT_EXECUTIONS = 64;
/** Calls waiting for a free place; more are refused, so that a flood fails fast instead of growing the heap. */
export const MAX_QUEUED_EXECUTIONS = 10_000;
/** Idle instances kept for one plugin: each holds its own linear memory. */
export const MAX_IDLE_INSTANCES = 4;
