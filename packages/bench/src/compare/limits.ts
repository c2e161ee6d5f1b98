/** Caps of comparisons, each with its reason. */

/** Blocks of records that are drawn or swapped: as many records are taken one by one; ten thousand swaps of more would take many seconds. */
export const MAX_PAIRED_BLOCKS = 4096;
/** Numbers that the blocks of all pairs and evaluators hold, eight bytes each. */
export const MAX_PAIRED_NUMBERS = 6_000_000;
/** Groups of which scores of sets are compared: a table that people read. */
export const MAX_SET_GROUPS = 1000;
/** Swaps of the randomization test, as sacreBLEU's: the least p is 1 in 10,001. */
export const DEFAULT_SWAPS = 10_000;
/** Pairs of sets that are asked for at a time. */
export const PAIRS_A_BATCH = 100;
