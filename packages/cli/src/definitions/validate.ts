import { defineCommand } from '../command-line/define-command.js';
import { VALIDATE_FLAGS } from '../flags/validate.js';

export const VALIDATE = defineCommand({
  name: 'validate',
  brief: 'check that a module is a plugin that a host would load',
  about:
    'Reads the module and loads it as a host loads untrusted plugins: in a child process, without permissions.',
  positionals: [{ name: 'plugin.wasm', brief: 'the module' }],
  flags: VALIDATE_FLAGS,
  examples: ['testbench validate build/my-metric.wasm'],
  load: async () => (await import('../commands/validate.js')).validateCommand,
});
