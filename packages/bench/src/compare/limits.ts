/** Limits of comparisons, each with its reason. */

/** Blocks of records that are drawn or swapped: up to this many, records are taken one by one; ten thousand swaps of more would take many seconds. */
export const MAX_PAIRED_BLOCKS = 4096;
/** Numbers that the blocks of all pairs and evaluators hold, eight bytes each. */
export const MAX_PAIRED_NUMBERS = 6_000_000;
/** Groups for which scores of sets are compared: people read this table. */
export const MAX_SET_GROUPS = 1000;
/** Swaps of the randomization test, as in sacreBLEU: the smallest p is 1 in 10,001. */
export const DEFAULT_SWAPS = 10_000;
/** Pairs of sets requested at a time. */
export const PAIRS_A_BATCH = 100;
