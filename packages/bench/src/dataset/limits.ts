/** Caps of a data set, each with its reason. */

/**
 * Longest line, in bytes: twice what a plugin takes as its whole input, so that a longer record could
 * not be used anyway, and a file without line ends cannot fill the memory.
 */
export const MAX_LINE_BYTES = 16 * 1024 * 1024;
/** Columns of a CSV file: as many as the common spreadsheets have. A record of 80,000 costs as much as 5,000 ordinary ones. */
export const MAX_COLUMNS = 16_384;
