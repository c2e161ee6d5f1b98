/**
 * Fuel that one body may owe between two checks: for all calls of functions without a check, for the turns of a loop that one check
 * stands for, for first turns of inner loops, and on its way out. Every open call may owe as much: a stack of 20,000 frames comes by
 * no check while it returns.
 */
export const MAX_OWED = 1024;
