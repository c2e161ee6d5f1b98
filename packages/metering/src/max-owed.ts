/**
 * Fuel that one body may owe between two checks: for all calls of functions without a check, for the iterations of a loop that one check
 * covers, for first iterations of inner loops, and on its way out. Every open call may owe as much: a stack of 20,000 frames passes
 * no check while it returns.
 */
export const MAX_OWED = 1024;
