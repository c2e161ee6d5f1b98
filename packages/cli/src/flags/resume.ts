import { flag } from '../command-line/flags.js';

/** Flags of `testbench resume`. */
export const RESUME_FLAGS = {
  keepFailed: flag('leave cases that failed as they are, instead of running them again'),
  quiet: flag('no progress and no notices: results and errors alone'),
  json: flag('print the summary as JSON'),
};
