import { flag, text } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';
import { MAX_ERRORS, RUN_GATE_FLAGS } from './statistics.js';
import { TELEMETRY_FLAGS } from './telemetry.js';

/** Flags of `testbench resume`. */
export const RESUME_FLAGS = {
  keepFailed: flag('leave cases that failed as they are, instead of running them again'),
  maxErrors: MAX_ERRORS,
  reporters: text('config', 'write the reports of this configuration when it ends'),
  ...RUN_GATE_FLAGS,
  ...PLUGIN_SOURCE_FLAGS,
  ...TELEMETRY_FLAGS,
  quiet: flag('no progress and no notices: results and errors alone'),
  json: flag('print the summary as JSON'),
};
