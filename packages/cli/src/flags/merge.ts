import { flag, text } from '../command-line/flags.js';
import { ATTEST_FLAGS } from './plugin-keys.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';
import { MAX_ERRORS, RUN_GATE_FLAGS } from './statistics.js';

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
  maxErrors: MAX_ERRORS,
  reporters: text('config', 'write the reports of this configuration when it ends'),
  ...RUN_GATE_FLAGS,
  ...ATTEST_FLAGS,
  ...PLUGIN_SOURCE_FLAGS,
  quiet: flag('no progress and no notices: results and errors alone'),
  json: flag('print the summary as JSON'),
};
