import { flag, text } from '../command-line/flags.js';

/** Flags of `testbench embed`. */
export const EMBED_FLAGS = {
  output: text('file', 'the module with metadata (default: in place)'),
  json: flag('print the metadata as JSON'),
};
