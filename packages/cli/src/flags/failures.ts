import { flag, wholeNumber } from '../command-line/flags.js';

/** Flags of `testbench failures`. */
export const FAILURES_FLAGS = {
  limit: wholeNumber(1, 'show at most so many causes (default 20)'),
  json: flag('print the causes as JSON'),
};
