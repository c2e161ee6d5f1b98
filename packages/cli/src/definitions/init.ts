import { defineCommand } from '../command-line/define-command.js';
import { INIT_FLAGS } from '../flags/init.js';

export const INIT = defineCommand({
  name: 'init',
  brief: 'create a benchmark: a commented example, ready to run',
  positionals: [
    { name: 'folder', brief: 'where it goes (default: the current folder)', isOptional: true },
  ],
  flags: INIT_FLAGS,
  examples: ['testbench init', 'testbench init evaluation'],
  load: async () => (await import('../commands/init.js')).initCommand,
});
