import { flag, text, texts } from '../command-line/flags.js';

/** Flags of `testbench baseline`. */
export const BASELINE_FLAGS = {
  output: text('file', 'the file to write (default: baseline.json)'),
  metric: texts(
    'name',
    'an evaluator, "score" (the weighted mean) or "passed" (repeatable; default: all evaluators)',
  ),
  model: texts('name', 'a model (repeatable; default: all)'),
  json: flag('print what was written as JSON'),
};
