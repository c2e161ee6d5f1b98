/** Metrics of one set: three for each of 10,000 bins, the most that one of our own plugins makes, fit in. */
export const MAX_SUMS = 32_768;
/** A metric's name: it is kept for every set, and a plugin may choose any. */
export const MAX_SUM_NAME_LENGTH = 256;
