import { defineCommand } from '../command-line/define-command.js';
import { EXPORT_FLAGS } from '../flags/export.js';

export const EXPORT = defineCommand({
  name: 'export',
  brief: 'write the rows and the summary of a run into one file',
  about: 'Nothing in a CSV file begins like a formula, so that no spreadsheet runs it.',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: EXPORT_FLAGS,
  examples: [
    'testbench export runs/arithmetic-0123456789ab --format csv --output rows.csv',
    'testbench export runs/arithmetic-0123456789ab | jq .scores',
  ],
  load: async () => (await import('../commands/export.js')).exportCommand,
});
