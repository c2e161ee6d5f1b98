import { defineCommand } from '../command-line/define-command.js';
import { TEST_FLAGS } from '../flags/test.js';

export const TEST = defineCommand({
  name: 'test',
  brief: 'test a plugin with valid and malformed inputs, and report problems',
  positionals: [{ name: 'plugin.wasm', brief: 'the module' }],
  flags: TEST_FLAGS,
  examples: [`testbench test build/my-metric.wasm --input '{"output": "a", "expected": "a"}'`],
  load: async () => (await import('../commands/test.js')).testCommand,
});
