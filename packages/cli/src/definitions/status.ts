import { defineCommand } from '../command-line/define-command.js';
import { STATUS_FLAGS } from '../flags/status.js';

export const STATUS = defineCommand({
  name: 'status',
  brief: 'show progress and cost of a run, and how to continue it',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: STATUS_FLAGS,
  examples: ['testbench status runs/arithmetic-0123456789ab'],
  load: async () => (await import('../commands/status.js')).statusCommand,
});
