/** Caps of summaries and comparisons, each with its reason. */

/**
 * Fewer groups are not taken as clusters unless that is asked for: a standard error of so few is itself a guess, and few groups are nearly
 * always chosen parts, such as topics, and not a sample of texts.
 *
 * @see Cameron and Miller (2015), doi:10.3368/jhr.50.2.317, on few clusters
 */
export const LEAST_CLUSTERS = 10;
/** Groups that are listed: a table that people read; a data set whose group is different for each record has none to speak of. */
export const MAX_GROUPS = 1000;
/** Of a bootstrap: then the ends of an interval vary by 3 % of its width from seed to seed. */
export const BOOTSTRAP_RESAMPLES = 2000;
/** Steps of scores up to which kappa is computed: its table grows with their square, and labels of people have a handful. */
export const MAX_LABELS = 50;
/** Records that changed that are listed, in each direction, unless more are asked for. */
export const MAX_FLIPS = 1000;
/** Of a baseline: some 20 bytes a record, so that it holds three million; a file to commit is far below. */
export const MAX_BASELINE_BYTES = 64 * 1024 * 1024;
