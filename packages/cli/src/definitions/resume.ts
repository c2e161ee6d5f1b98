import { defineCommand } from '../command-line/define-command.js';
import { RESUME_FLAGS } from '../flags/resume.js';

export const RESUME = defineCommand({
  name: 'resume',
  brief: 'continue a run where it stopped',
  about:
    'Runs what is missing and repeats failed cases. Answers already received are not paid for twice.',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: RESUME_FLAGS,
  examples: ['testbench resume runs/arithmetic-0123456789ab'],
  load: async () => (await import('../commands/resume.js')).resumeCommand,
});
