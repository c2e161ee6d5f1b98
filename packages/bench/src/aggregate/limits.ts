/** Sets of one board. A cut by a field that is different in every row would make as many sets as there are rows. */
export const MAX_SETS = 10_000;
/** Sums of all sets of a board: each takes some 500 bytes with its name and its place in the blocks. */
export const MAX_BOARD_SUMS = 250_000;
/** Metrics that a score of a set may have: they are in the summary of a run, each with its interval. */
export const MAX_SET_METRICS = 256;
/** Blocks of records kept per set for its bootstrap: up to this many, records are drawn one by one; beyond that, in blocks of equal size. */
export const MAX_BLOCKS = 8192;
/** Numbers that all blocks of a board may hold, 16 bytes each: beyond that, the sets with the most blocks get blocks twice as large. */
export const MAX_BLOCK_NUMBERS = 4_000_000;
/** With fewer blocks, a bootstrap does not show how much another sample would differ. */
export const LEAST_BLOCKS = 2;
/** As in sacreBLEU and rouge_score. */
export const DEFAULT_RESAMPLES = 1000;
/** Resamples requested at a time. */
export const RESAMPLES_A_BATCH = 100;
/** Fuel for all resamples of a set, some 30 s: a plugin that takes more for one score gets no interval. */
export const MAX_BOOTSTRAP_FUEL = 20_000_000_000;
