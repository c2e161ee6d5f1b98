import { defineCommand } from '../command-line/define-command.js';
import { INSPECT_FLAGS } from '../flags/inspect.js';

export const INSPECT = defineCommand({
  name: 'inspect',
  brief: 'show what a plugin is, without running it',
  about: 'Shows what a plugin is from its bytes, without running it.',
  positionals: [{ name: 'plugin.wasm', brief: 'the module' }],
  flags: INSPECT_FLAGS,
  examples: ['testbench inspect plugins/exact-match.wasm'],
  load: async () => (await import('../commands/inspect.js')).inspectCommand,
});
