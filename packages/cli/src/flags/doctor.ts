import { flag } from '../command-line/flags.js';

/** Flags of `testbench doctor`. */
export const DOCTOR_FLAGS = { json: flag('print the findings as JSON') };
