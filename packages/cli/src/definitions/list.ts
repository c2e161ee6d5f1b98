import { defineCommand } from '../command-line/define-command.js';
import { LIST_FLAGS } from '../flags/list.js';

export const LIST = defineCommand({
  name: 'list',
  brief: 'show the runs in a folder, newest first',
  positionals: [
    { name: 'folder', brief: 'outputDir of the configuration (default runs)', isOptional: true },
  ],
  flags: LIST_FLAGS,
  examples: ['testbench list', 'testbench list results --json'],
  load: async () => (await import('../commands/list.js')).listCommand,
});
