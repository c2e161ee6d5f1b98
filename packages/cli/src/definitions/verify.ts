import { defineCommand } from '../command-line/define-command.js';
import { VERIFY_FLAGS } from '../flags/verify.js';

export const VERIFY = defineCommand({
  name: 'verify',
  brief: 'check a published run: who signed it, and whether its scores can be reproduced',
  about: [
    'Runs the deterministic evaluators again over the recorded answers, and compares scores and fuel row by row; compares the records in the rows with the data set. No model is called.',
    'A run that was pushed (oci://…) is pulled into a temporary folder. Use --dataset and --plugin for a data set or modules that have moved; what cannot be checked is listed.',
    'Exit code: 0 verified; 1 something differs from what was claimed, or there is no trusted signer.',
  ].join('\n'),
  positionals: [{ name: 'run|reference', brief: 'folder or reference of the run' }],
  flags: VERIFY_FLAGS,
  examples: [
    'testbench verify runs/arithmetic-0123456789ab --key acme.pub.pem',
    'testbench verify oci://registry.example.com/runs/arithmetic:1.0.0 --dataset arithmetic.jsonl',
  ],
  load: async () => (await import('../commands/verify.js')).verifyCommand,
});
