import { flag, text, wholeNumber } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';
import { RUN_GATE_FLAGS } from './statistics.js';
import { TELEMETRY_FLAGS } from './telemetry.js';

/** Flags of `testbench resume`. */
export const RESUME_FLAGS = {
  keepFailed: flag('leave cases that failed as they are, instead of running them again'),
  maxErrors: wholeNumber(
    0,
    'cases that may lack a score before the exit code is 1 (default: that of the configuration, or else 0)',
  ),
  reporters: text('config', 'write the reports of this configuration when it ends'),
  ...RUN_GATE_FLAGS,
  ...PLUGIN_SOURCE_FLAGS,
  ...TELEMETRY_FLAGS,
  quiet: flag('no progress and no notices: results and errors alone'),
  json: flag('print the summary as JSON'),
};
