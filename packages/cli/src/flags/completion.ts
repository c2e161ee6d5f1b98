/** Flags of `testbench completion`. */
export const COMPLETION_FLAGS = {};
