import { flag, text, texts } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';

/** Flags of `testbench test`. */
export const TEST_FLAGS = {
  config: text('json|@file', 'what the plugin is initialised with'),
  input: texts('json|@file', 'an input that it must take (repeatable)'),
  golden: text('file', 'inputs and what they must give, a JSON object a line'),
  ...PLUGIN_SOURCE_FLAGS,
  json: flag('print the findings as JSON'),
};
