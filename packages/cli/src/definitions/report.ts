import { defineCommand } from '../command-line/define-command.js';
import { REPORT_FLAGS } from '../flags/report.js';

export const REPORT = defineCommand({
  name: 'report',
  brief: 'report a run, or the changes between two, in a form to read or to share',
  about:
    'The HTML file opens without a server: scores, records with their answers, search, filters. Text from models and plugins is never interpreted as markup.',
  positionals: [
    { name: 'run', brief: 'folder of the run' },
    { name: 'other', brief: 'folder of a run to compare it with', isOptional: true },
  ],
  flags: REPORT_FLAGS,
  examples: [
    'testbench report runs/arithmetic-0123456789ab --format html',
    'testbench report runs/before runs/after --format md --output comment.md',
    'testbench report runs/arithmetic-0123456789ab --reporter ./my-reporter.ts',
  ],
  load: async () => (await import('../commands/report.js')).reportCommand,
});
