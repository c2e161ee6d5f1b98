import { defineCommand } from '../command-line/define-command.js';
import { NEW_FLAGS } from '../flags/new.js';

export const NEW = defineCommand({
  name: 'new',
  brief: 'create a plugin project',
  about:
    "Makes a plugin project that builds, has a test and a README. The folder's name is the plugin's.",
  positionals: [{ name: 'folder', brief: 'what to make', isOptional: true }],
  flags: NEW_FLAGS,
  examples: ['testbench new my-metric', 'testbench new my-filter --type filter --language rust'],
  load: async () => (await import('../commands/new.js')).newCommand,
});
