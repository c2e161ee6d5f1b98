/** Caps of summaries and comparisons, each with its reason. */

/**
 * Fewer groups are not taken as clusters unless requested: a standard error from so few is itself a guess, and few groups are nearly
 * always chosen parts, such as topics, not a sample of texts.
 *
 * @see Cameron and Miller (2015), doi:10.3368/jhr.50.2.317, on few clusters
 */
export const LEAST_CLUSTERS = 10;
/** Maximum number of groups listed: people read the table; a data set with a different group for each record has no useful groups. */
export const MAX_GROUPS = 1000;
/** Resamples of a bootstrap: with this number, the ends of an interval vary by 3 % of its width from seed to seed. */
export const BOOTSTRAP_RESAMPLES = 2000;
/** Maximum number of distinct scores for which kappa is computed: its table grows with their square, and human labels have a handful. */
export const MAX_LABELS = 50;
/** Changed records listed in each direction, unless more are requested. */
export const MAX_FLIPS = 1000;
/** Maximum size of a baseline: some 20 bytes per record, so that it holds three million; a file to commit is far smaller. */
export const MAX_BASELINE_BYTES = 64 * 1024 * 1024;
