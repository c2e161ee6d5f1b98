/** Folders within folders of an artifact: a run has three. */
export const MAX_PATH_DEPTH = 16;
/** Characters of a path within an artifact: what every system takes below a folder of its own. */
export const MAX_PATH_LENGTH = 1024;
/** Bytes of one part of it. */
export const MAX_PART_BYTES = 200;
