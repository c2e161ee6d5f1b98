import { defineCommand } from '../command-line/define-command.js';
import { VERIFY_FLAGS } from '../flags/verify.js';

export const VERIFY = defineCommand({
  name: 'verify',
  brief: 'check a published run: who signed it, and whether its scores come out again',
  about: [
    'Runs the deterministic evaluators again over the recorded answers, and compares scores and fuel row by row; compares what rows have of their records with the data set. No model is asked.',
    'A run that was pushed (oci://…) is pulled into a temporary folder. Data set and modules that are not where the run had them are named by --dataset and --plugin; what cannot be checked is listed.',
    'Exit code: 0 verified; 1 something is not as it is said to be, or nobody trusted vouches for it.',
  ].join('\n'),
  positionals: [{ name: 'run|reference', brief: 'folder of the run, or what was pushed' }],
  flags: VERIFY_FLAGS,
  examples: [
    'testbench verify runs/arithmetic-0123456789ab --key acme.pub.pem',
    'testbench verify oci://registry.example.com/runs/arithmetic:1.0.0 --dataset arithmetic.jsonl',
  ],
  load: async () => (await import('../commands/verify.js')).verifyCommand,
});
