import { choice, text } from '../command-line/flags.js';

/** Flags of `testbench export`. */
export const EXPORT_FLAGS = {
  format: choice(
    ['jsonl', 'json', 'csv'],
    'rows as JSON lines (default), rows and summary as one JSON object, or rows as a table',
  ),
  output: text(
    'file',
    'where the rows go; for jsonl and csv the summary goes next to them, into <name>.summary.json (default: stdout, rows alone)',
  ),
};
