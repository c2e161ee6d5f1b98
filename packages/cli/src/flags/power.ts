import { decimal, flag, wholeNumber } from '../command-line/flags.js';
import { ALPHA } from './statistics.js';

/** Flags of `testbench power`. */
export const POWER_FLAGS = {
  records: wholeNumber(2, 'which difference do so many records show?'),
  difference: decimal(1e-9, 1, 'how many records show such a difference?'),
  flips: decimal(
    1e-9,
    1,
    'share of records on which exactly one of the two is right; for scores of right and wrong',
  ),
  sd: decimal(
    1e-9,
    1,
    'standard deviation, for other scores: of the differences, or with --unpaired of the scores',
  ),
  unpaired: flag('the two answer different records'),
  rate: decimal(0, 1, 'share of right answers of the first, with --unpaired'),
  alpha: ALPHA,
  power: decimal(0.5, 0.999_999, 'chance to find a difference that is there (default: 0.8)'),
  json: flag('print the answer as JSON'),
};
