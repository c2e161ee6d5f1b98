import { defineCommand } from '../command-line/define-command.js';
import { COMPARE_FLAGS } from '../flags/compare.js';

export const COMPARE = defineCommand({
  name: 'compare',
  brief: 'compare two runs, two models of one run, or a run with a baseline',
  about: [
    'Compares record by record: the difference with its interval, a test, and which records flipped.',
    'Exit code: 0 done, gate passed; 1 failed; 2 wrong command line; 3 gate failed.',
  ].join('\n'),
  positionals: [
    { name: 'run', brief: 'folder of the first run, or of the only one' },
    { name: 'other', brief: 'folder of the second run', isOptional: true },
  ],
  flags: COMPARE_FLAGS,
  examples: [
    'testbench compare runs/before-0123456789ab runs/after-ba9876543210',
    'testbench compare runs/arithmetic-0123456789ab --models abacus-small,abacus-large',
    'testbench compare runs/after-ba9876543210 --baseline baseline.json --gate',
  ],
  load: async () => (await import('../commands/compare.js')).compareCommand,
});
