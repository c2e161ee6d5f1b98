import { defineCommand } from '../command-line/define-command.js';
import { BASELINE_FLAGS } from '../flags/baseline.js';

export const BASELINE = defineCommand({
  name: 'baseline',
  brief: 'save the scores of a run in a small file to commit',
  about: 'Compare later runs with it: testbench compare <run> --baseline baseline.json --gate',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: BASELINE_FLAGS,
  examples: ['testbench baseline runs/arithmetic-0123456789ab --metric exact-match'],
  load: async () => (await import('../commands/baseline.js')).baselineCommand,
});
