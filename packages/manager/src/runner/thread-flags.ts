/** Cells of the memory that a host shares with a runner thread. */

/** Counts messages to the thread, which sleeps on it. */
export const WAKE = 0;
/** 1 while the host wants the running call stopped. */
export const CANCELLED = 1;
/** Number of cells, each 32 bits. */
export const FLAG_COUNT = 2;
