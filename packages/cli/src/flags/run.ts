import { flag, text, texts, wholeNumber } from '../command-line/flags.js';
import { PLUGIN_SOURCE_FLAGS } from './registry.js';
import { ATTEST_FLAGS } from './plugin-keys.js';
import { RUN_QUEUE_FLAGS } from './queue.js';
import { MAX_ERRORS, RUN_GATE_FLAGS } from './statistics.js';
import { TELEMETRY_FLAGS } from './telemetry.js';

/** Flags of `testbench run`. */
export const RUN_FLAGS = {
  outputDir: text(
    'folder',
    'where runs are kept, each in a folder of its own (default: "outputDir" of the configuration, or else runs)',
  ),
  set: texts(
    'key=value',
    'one value over that of the configuration, such as dataset.limit=10 (repeatable)',
  ),
  limit: wholeNumber(1, 'take at most so many records'),
  offset: wholeNumber(0, 'skip so many records first'),
  shard: text(
    'part/of',
    'run one part of the records, such as 3/16, into a folder of its own: testbench merge puts the parts together',
  ),
  ...RUN_QUEUE_FLAGS,
  concurrency: wholeNumber(1, 'records in flight'),
  policy: text('file', 'what plugins are granted that have no "permissions", and secrets'),
  failFast: flag('stop at the first failed call instead of counting it'),
  dryRun: flag(
    'say how many calls would be made, and about what they would cost; no paid call is made',
  ),
  watch: flag(
    'run again when the configuration, a script, a prompt, a plugin or the data change; answers come from the cache',
  ),
  maxErrors: MAX_ERRORS,
  ...RUN_GATE_FLAGS,
  ...ATTEST_FLAGS,
  ...TELEMETRY_FLAGS,
  frozen: flag('take plugins from testbench.lock as it is, or fail'),
  ...PLUGIN_SOURCE_FLAGS,
  quiet: flag('no progress and no notices: results and errors alone'),
  json: flag(
    'print the summary (or, of a dry run, the estimate) as JSON; with --watch, each event on a line',
  ),
};
