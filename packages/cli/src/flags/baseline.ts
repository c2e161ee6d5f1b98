import { flag, text, texts } from '../command-line/flags.js';

/** Flags of `testbench baseline`. */
export const BASELINE_FLAGS = {
  output: text('file', 'where to (default: baseline.json)'),
  metric: texts(
    'name',
    'an evaluator, "score" (the weighted mean) or "passed"; may stand more than once (default: all evaluators)',
  ),
  model: texts('name', 'a model; may stand more than once (default: all)'),
  json: flag('print what was written as JSON'),
};
