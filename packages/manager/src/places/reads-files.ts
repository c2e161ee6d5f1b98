/** A file that was read once can be read again, and so can the one next to it. */
export const READS_FILES = true;
