import { choice, text } from '../command-line/flags.js';

/** Flags of `testbench export`. */
export const EXPORT_FLAGS = {
  format: choice(
    ['jsonl', 'json', 'csv'],
    'rows as JSON lines (default), all as one JSON object, or rows as a table',
  ),
  output: text('file', 'where to (default: stdout)'),
};
