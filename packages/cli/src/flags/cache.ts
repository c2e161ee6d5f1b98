import { flag, text, wholeNumber } from '../command-line/flags.js';

/** Flags of `testbench cache`. */
export const CACHE_FLAGS = {
  cacheDir: text('folder', 'the cache (default runs/.cache)'),
  olderThanDays: wholeNumber(0, 'prune answers that were written longer ago'),
  maxMb: wholeNumber(0, 'prune the oldest answers until the rest has at most so many megabytes'),
  json: flag('print the counts as JSON'),
};
