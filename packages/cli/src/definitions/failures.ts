import { defineCommand } from '../command-line/define-command.js';
import { FAILURES_FLAGS } from '../flags/failures.js';

export const FAILURES = defineCommand({
  name: 'failures',
  brief: 'show why cases of a run failed, grouped by cause, and what to change',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: FAILURES_FLAGS,
  examples: ['testbench failures runs/arithmetic-0123456789ab'],
  load: async () => (await import('../commands/failures.js')).failuresCommand,
});
