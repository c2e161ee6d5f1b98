/** A file that was read once can be read again, and so can the one beside it. */
export const READS_FILES = true;
