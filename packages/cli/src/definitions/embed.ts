import { defineCommand } from '../command-line/define-command.js';
import { EMBED_FLAGS } from '../flags/embed.js';

export const EMBED = defineCommand({
  name: 'embed',
  brief: 'write what a plugin answers as its metadata into the module',
  about:
    'So that an index can read it without running anything. `testbench build` does it by itself.',
  positionals: [{ name: 'plugin.wasm', brief: 'the module' }],
  flags: EMBED_FLAGS,
  examples: ['testbench embed target/plugin.wasm --output plugin.wasm'],
  load: async () => (await import('../commands/embed.js')).embedCommand,
});
