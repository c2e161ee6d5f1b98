import { defineCommand } from '../command-line/define-command.js';
import { CALIBRATE_FLAGS } from '../flags/calibrate.js';

export const CALIBRATE = defineCommand({
  name: 'calibrate',
  brief: "compare the judges of a run with people's labels",
  about: [
    "Says how far judges agree with people: Cohen's kappa with its interval, how often each says what, who said what together, and on which records they differ.",
    'If several people labelled an answer, the majority counts.',
  ].join('\n'),
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: CALIBRATE_FLAGS,
  examples: [
    'testbench calibrate runs/essays-0123456789ab --labels labels.jsonl',
    'testbench calibrate runs/essays-0123456789ab --labels labels.csv --evaluator judge --threshold 0.5',
  ],
  load: async () => (await import('../commands/calibrate.js')).calibrateCommand,
});
