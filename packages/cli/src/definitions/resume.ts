import { defineCommand } from '../command-line/define-command.js';
import { RESUME_FLAGS } from '../flags/resume.js';

export const RESUME = defineCommand({
  name: 'resume',
  brief: 'go on with a run where it ended',
  about:
    'Does what is missing, and runs cases that failed again. Answers that had come are not paid for twice.',
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: RESUME_FLAGS,
  examples: ['testbench resume runs/arithmetic-0123456789ab'],
  load: async () => (await import('../commands/resume.js')).resumeCommand,
});
