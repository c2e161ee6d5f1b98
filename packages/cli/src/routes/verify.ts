import { defineCommand } from '../command-line/define-command.js';
import { VERIFY_FLAGS } from '../flags/verify.js';

export const VERIFY = defineCommand({
  name: 'verify',
  brief: 'check a published run: who signed it, and whether its scores come out again',
  about: [
    'Runs the deterministic evaluators again over the recorded answers, and compares scores and fuel row by row. No model is asked.',
    'Exit code: 0 verified; 1 something is not as it is said to be, or nobody trusted vouches for it.',
  ].join('\n'),
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: VERIFY_FLAGS,
  examples: ['testbench verify runs/arithmetic-0123456789ab --key acme.pub.pem'],
  load: async () => (await import('../commands/verify.js')).verifyCommand,
});
