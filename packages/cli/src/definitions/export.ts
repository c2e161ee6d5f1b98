import { defineCommand } from '../command-line/define-command.js';
import { EXPORT_FLAGS } from '../flags/export.js';

export const EXPORT = defineCommand({
  name: 'export',
  brief: 'write the rows of a run, and its summary, for other programs',
  about: [
    'Writes the rows of a run into a file, and its plan and summary into another next to it: rows.csv and rows.summary.json.',
    'With --format json everything is in one file. Without --output only the rows go to stdout, or everything with --format json.',
    'Values in CSV files never begin like a formula, so that spreadsheets do not run them.',
  ].join('\n'),
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: EXPORT_FLAGS,
  examples: [
    'testbench export runs/arithmetic-0123456789ab --format csv --output rows.csv',
    'testbench export runs/arithmetic-0123456789ab | jq .scores',
  ],
  load: async () => (await import('../commands/export.js')).exportCommand,
});
