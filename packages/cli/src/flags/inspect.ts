import { flag, text } from '../command-line/flags.js';

/** Flags of `testbench inspect`. */
export const INSPECT_FLAGS = {
  policy: text('file', 'show what this policy grants the plugin, next to what it asks for'),
  json: flag('print everything as JSON'),
};
