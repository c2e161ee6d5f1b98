import { flag, text } from '../command-line/flags.js';
import { REGISTRY_PLACE_FLAGS } from './registry.js';

/** Flags of `testbench inspect`. */
export const INSPECT_FLAGS = {
  policy: text('file', 'show what this policy grants the plugin, next to what it asks for'),
  ...REGISTRY_PLACE_FLAGS,
  json: flag('print everything as JSON'),
};
