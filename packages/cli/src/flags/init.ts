import { flag } from '../command-line/flags.js';

/** Flags of `testbench init`. */
export const INIT_FLAGS = { json: flag('print the paths of the files as JSON') };
