import { choice, flag } from '../command-line/flags.js';

/** Flags of `testbench new`. */
export const NEW_FLAGS = {
  type: choice(
    ['evaluator', 'provider', 'transform', 'filter', 'custom'],
    'what the plugin does (default evaluator)',
  ),
  language: choice(
    ['assemblyscript', 'typescript', 'javascript', 'python', 'rust', 'c'],
    'what it is written in (default assemblyscript)',
  ),
  yes: flag('ask nothing; without it a terminal is asked for what was not given', 'y'),
};
