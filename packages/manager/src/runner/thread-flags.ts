/** Cells of the memory that a host shares with a runner thread. */

/** Counts messages to the thread, which sleeps on it. */
export const WAKE = 0;
/** 1 while the host wants the running call stopped. */
export const CANCELLED = 1;
/** Counts messages to the thread that went through its port. */
export const POSTED = 2;
/** 1 while a command for the thread is in their room. */
export const COMMAND_IN_ROOM = 3;
/** Counts answers that the thread left in the room; the host waits on it without blocking. */
export const ANSWERED = 4;
/** Number of cells, each 32 bits. */
export const FLAG_COUNT = 5;
