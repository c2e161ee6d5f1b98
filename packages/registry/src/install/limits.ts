/** Caps for installation; each with its reason. */

/** Plugins of a lockfile, dependencies included: plugins do not call one another, so real projects have a few dozen. */
export const MAX_LOCKED_PLUGINS = 1_000;
/** A lockfile: the maximum number of plugins, at 8 KiB each, which is the size of one with a long list of hosts. */
export const MAX_LOCKFILE_BYTES = 8 * 1024 * 1024;
/** Length of a chain from a plugin that the project requires to the last dependency. */
export const MAX_DEPENDENCY_DEPTH = 16;
/** How often choices are repeated because of requirements found further down; real projects settle after two or three rounds. */
export const MAX_RESOLUTION_ROUNDS = 64;
/** Versions of a name that are fetched to find one that this host can run. */
export const MAX_CANDIDATES = 16;
/** Digests that are remembered as bad, per plugin. */
export const MAX_REJECTED = 64;
/** Between two checks for updates: registries limit how often they are asked. */
export const MIN_UPDATE_INTERVAL_MS = 1_000;
