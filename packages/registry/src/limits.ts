/** Caps of discovery; each with its reason. */

/** Depth of folders below a search path: plugins lie in `<name>/build/`, deeper trees are somebody's home directory. */
export const MAX_SEARCH_DEPTH = 4;
/** Files looked at in one search: enough for any plugin folder, and a bound for a path given by mistake. */
export const MAX_SEARCH_FILES = 10_000;
