import { flag } from '../command-line/flags.js';

/** Flags of `testbench list`. */
export const LIST_FLAGS = { json: flag('print the runs as JSON') };
