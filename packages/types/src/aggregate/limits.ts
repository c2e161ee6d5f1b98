/** Metrics of one set: room for three metrics for each of 10,000 bins, the most that any of our own plugins makes. */
export const MAX_SUMS = 32_768;
/** Length of a metric's name: it is kept for every set, and a plugin may choose any name. */
export const MAX_SUM_NAME_LENGTH = 256;
