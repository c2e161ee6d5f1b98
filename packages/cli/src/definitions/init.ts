import { defineCommand } from '../command-line/define-command.js';
import { INIT_FLAGS } from '../flags/init.js';

export const INIT = defineCommand({
  name: 'init',
  brief: 'begin a benchmark: an example with comments that runs at once',
  positionals: [
    { name: 'folder', brief: 'where it goes (default: the current folder)', isOptional: true },
  ],
  flags: INIT_FLAGS,
  examples: ['testbench init', 'testbench init evaluation'],
  load: async () => (await import('../commands/init.js')).initCommand,
});
