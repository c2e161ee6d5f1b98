import { defineCommand } from '../command-line/define-command.js';
import { SHOW_FLAGS } from '../flags/show.js';

export const SHOW = defineCommand({
  name: 'show',
  brief: 'show one record of a run',
  positionals: [
    { name: 'run', brief: 'folder of the run' },
    { name: 'record', brief: 'its id, or its index from 0' },
  ],
  flags: SHOW_FLAGS,
  examples: ['testbench show runs/arithmetic-0123456789ab 17 --model large'],
  load: async () => (await import('../commands/show.js')).showCommand,
});
