import { flag, text, texts } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';
import { MAX_ERRORS, RUN_GATE_FLAGS } from './statistics.js';

/** Flags of `testbench score`. */
export const SCORE_FLAGS = {
  evaluator: texts('plugin', 'a path or name of an evaluator (repeatable)'),
  config: text(
    'file',
    'take the evaluators of a configuration instead, with their own configuration',
  ),
  replace: flag('leave the scores out that the run has, instead of adding to them'),
  maxErrors: MAX_ERRORS,
  reporters: text(
    'config',
    'write the reports of this configuration when it ends (default: those of --config)',
  ),
  ...RUN_GATE_FLAGS,
  ...PLUGIN_SOURCE_FLAGS,
  frozen: flag('take plugins from testbench.lock as it is, or fail'),
  quiet: flag('no progress and no notices: results and errors alone'),
  json: flag('print the summary as JSON'),
};
