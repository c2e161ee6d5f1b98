import { flag } from '../command-line/flags.js';

/** Flags of `testbench status`. */
export const STATUS_FLAGS = { json: flag('print the state as JSON') };
