import { flag } from '../command-line/flags.js';

/** Flags of `testbench validate`. */
export const VALIDATE_FLAGS = { json: flag('print the report as JSON') };
