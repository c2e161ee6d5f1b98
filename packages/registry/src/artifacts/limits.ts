/** Nesting depth of folders in an artifact: a run has three. */
export const MAX_PATH_DEPTH = 16;
/** Characters of a path within an artifact: every system accepts this many below a folder. */
export const MAX_PATH_LENGTH = 1024;
/** Bytes of one segment of such a path. */
export const MAX_PART_BYTES = 200;
