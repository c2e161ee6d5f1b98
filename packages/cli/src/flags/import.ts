import { flag, text, texts } from '../command-line/flags.js';

/** Flags of `testbench import`. */
export const IMPORT_FLAGS = {
  outputDir: text('folder', 'where the runs go, each in a folder of its own (default: runs)'),
  metric: texts(
    'name',
    'a metric whose values become scores (repeatable; default: all from 0 to 1)',
  ),
  range: texts(
    'name=low:high',
    'what 0 and 1 are for a metric of another range, such as quality=1:10 (repeatable)',
  ),
  output: text(
    'file',
    'of a promptfoo configuration: the configuration to write (default: testbench.yaml next to it)',
  ),
  json: flag('print what was imported as JSON'),
};
