/** An error must not make a page ask its server for something. */
export const READS_FILES = false;
