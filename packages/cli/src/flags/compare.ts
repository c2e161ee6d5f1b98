import { choice, flag, text, texts, decimal, wholeNumber } from '../command-line/flags.js';
import { ALPHA, CLUSTERS, ON_ERROR, REQUIREMENT_FLAGS } from './statistics.js';

/** Flags of `testbench compare`. */
export const COMPARE_FLAGS = {
  models: text(
    'a,b',
    'a model of the first run, and the one of the second that it is compared with',
  ),
  prompts: text('a,b', 'the same for prompts'),
  metric: texts(
    'name',
    'an evaluator, "score" (the weighted mean) or "passed" (repeatable; default: all evaluators that both have)',
  ),
  baseline: text('file', 'compare the run with a baseline, in place of another run'),
  gate: flag('exit code 3 if the run got worse: a one-sided test of all records'),
  mustPass: texts(
    'record',
    'the gate fails if this record got worse, by its id or index (repeatable)',
  ),
  maxLost: decimal(
    0,
    1,
    'the gate fails if a larger share of what was right is wrong now, such as 0.02',
  ),
  ...REQUIREMENT_FLAGS,
  alpha: ALPHA,
  adjust: choice(
    ['holm', 'bh', 'bonferroni', 'hochberg', 'by'],
    'correction for several metrics and models: holm bounds the chance of any false alarm, bh the share of false ones (default: holm)',
  ),
  swaps: wholeNumber(
    0,
    'swaps of the randomization test of scores of whole sets, such as BLEU (default: 10000)',
  ),
  resamples: wholeNumber(0, 'resamples for the intervals of their differences (default: 1000)'),
  clusters: CLUSTERS,
  onError: ON_ERROR,
  allowDifferentData: flag('compare runs of different data sets too, by the ids of their records'),
  flips: wholeNumber(0, 'changed records to show in each direction (default: 10)'),
  format: choice(
    ['text', 'md', 'junit', 'json'],
    'tables (default), Markdown for a pull request, JUnit XML, or JSON',
  ),
  output: text('file', 'write that into a file, and the tables to stdout'),
  json: flag('print the comparison as JSON: --format json'),
};
