import { defineCommand } from '../command-line/define-command.js';
import { EMBED_FLAGS } from '../flags/embed.js';

export const EMBED = defineCommand({
  name: 'embed',
  brief: 'write the metadata that a plugin reports into the module',
  about:
    'An index can then read it without running the plugin. `testbench build` does this automatically.',
  positionals: [{ name: 'plugin.wasm', brief: 'the module' }],
  flags: EMBED_FLAGS,
  examples: ['testbench embed target/plugin.wasm --output plugin.wasm'],
  load: async () => (await import('../commands/embed.js')).embedCommand,
});
