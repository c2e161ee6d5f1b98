/** Caps of installing; each with its reason. */

/** Plugins of a lockfile, dependencies included: plugins do not call one another, so that real projects have a few dozen. */
export const MAX_LOCKED_PLUGINS = 1_000;
/** A lockfile: as many plugins of 8 KiB each, which is what one with a long list of hosts takes. */
export const MAX_LOCKFILE_BYTES = 8 * 1024 * 1024;
/** Plugins from what a project requires down to the last dependency. */
export const MAX_DEPENDENCY_DEPTH = 16;
/** Times that a choice is made again because of what was found further down; real projects settle in two or three. */
export const MAX_RESOLUTION_ROUNDS = 64;
/** Versions of a name that are fetched to find one that this host can run. */
export const MAX_CANDIDATES = 16;
/** Digests that are remembered as bad, a plugin. */
export const MAX_REJECTED = 64;
/** Between two looks for updates: registries limit how often they are asked. */
export const MIN_UPDATE_INTERVAL_MS = 1_000;
