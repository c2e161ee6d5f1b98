import { flag } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';

/** Flags of `testbench validate`. */
export const VALIDATE_FLAGS = {
  ...PLUGIN_SOURCE_FLAGS,
  json: flag('print the report as JSON'),
};
