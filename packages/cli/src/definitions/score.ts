import { defineCommand } from '../command-line/define-command.js';
import { SCORE_FLAGS } from '../flags/score.js';

export const SCORE = defineCommand({
  name: 'score',
  brief: 'score the answers of a run again, without calling a model',
  about: 'The rows go to a new run; the old run is kept.',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: SCORE_FLAGS,
  examples: ['testbench score runs/arithmetic-0123456789ab --evaluator plugins/token-f1.wasm'],
  load: async () => (await import('../commands/score.js')).scoreCommand,
});
