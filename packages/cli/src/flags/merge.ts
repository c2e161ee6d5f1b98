import { flag, text, wholeNumber } from '../command-line/flags.js';
import { KEYS_DIR } from './plugin-keys.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';
import { RUN_GATE_FLAGS } from './statistics.js';

/** Flags of `testbench merge`. */
export const MERGE_FLAGS = {
  outputDir: text(
    'folder',
    'where the run goes, in a folder of its own (default: where the first shard is)',
  ),
  config: text(
    'file',
    'the configuration on this machine, if its files are elsewhere than on those that ran the shards (default: as the first shard has it)',
  ),
  maxErrors: wholeNumber(
    0,
    'cases that may lack a score before the exit code is 1 (default: that of the configuration, or else 0)',
  ),
  reporters: text('config', 'write the reports of this configuration when it ends'),
  ...RUN_GATE_FLAGS,
  attest: text(
    'key',
    'sign the results with one of your keys, so that others can check them: testbench verify',
  ),
  keysDir: KEYS_DIR,
  ...PLUGIN_SOURCE_FLAGS,
  quiet: flag('no progress and no notices: results and errors alone'),
  json: flag('print the summary as JSON'),
};
