import { flag, text } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';

/** Flags of `testbench inspect`. */
export const INSPECT_FLAGS = {
  policy: text('file', 'show what this policy grants the plugin, next to what it asks for'),
  ...PLUGIN_SOURCE_FLAGS,
  json: flag('print everything as JSON'),
};
