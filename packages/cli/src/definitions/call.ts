import { defineCommand } from '../command-line/define-command.js';
import { CALL_FLAGS } from '../flags/call.js';

export const CALL = defineCommand({
  name: 'call',
  brief: 'run one input through a plugin',
  about: [
    'Runs one input through a plugin and prints the output. Time, fuel, memory and the log go to stderr.',
    'With an --allow flag, the policy supplies only secrets.',
  ].join('\n'),
  positionals: [
    { name: 'plugin.wasm', brief: 'the module, or oci://host/name with :tag, @range or @sha256:…' },
  ],
  flags: CALL_FLAGS,
  examples: [
    `testbench call exact-match.wasm --input '{"output": "4", "expected": "4"}'`,
    "testbench call image-info.wasm --input '{}' --attach photo.png",
    'testbench call openai.wasm --input @request.json --policy policy.yaml',
  ],
  load: async () => (await import('../commands/call.js')).callCommand,
});
