import { flag, text, wholeNumber } from '../command-line/flags.js';

/** Flags of `testbench show`. */
export const SHOW_FLAGS = {
  model: text('name', 'only rows of this model'),
  prompt: text('name', 'only rows of this prompt'),
  epoch: wholeNumber(1, 'only rows of this epoch'),
  json: flag('print the rows as JSON'),
};
