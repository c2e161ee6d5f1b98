import { defineCommand } from '../command-line/define-command.js';
import { STATUS_FLAGS } from '../flags/status.js';

export const STATUS = defineCommand({
  name: 'status',
  brief: 'show how far a run is, what it cost and how to go on',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: STATUS_FLAGS,
  examples: ['testbench status runs/arithmetic-0123456789ab'],
  load: async () => (await import('../commands/status.js')).statusCommand,
});
