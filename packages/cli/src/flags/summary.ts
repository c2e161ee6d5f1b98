import { choice, decimal, flag, wholeNumber } from '../command-line/flags.js';
import { CLUSTERS, LABEL_FLAGS, ON_ERROR, REQUIREMENT_FLAGS } from './statistics.js';

/** Flags of `testbench summary`. */
export const SUMMARY_FLAGS = {
  groups: flag('show every group too'),
  signatures: flag('show how each number was made, in one line'),
  ...LABEL_FLAGS,
  interval: choice(
    ['auto', 'bootstrap'],
    "auto: Wilson's for scores of 0 and 1, Student's t for others, clustered where records belong together (default: auto)",
  ),
  confidence: decimal(0.5, 0.999_999, 'of intervals (default: 0.95)'),
  seed: wholeNumber(0, 'of a bootstrap (default: 0)'),
  clusters: CLUSTERS,
  onError: ON_ERROR,
  ...REQUIREMENT_FLAGS,
  json: flag('print the summary as JSON'),
};
