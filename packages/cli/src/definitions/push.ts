import { defineCommand } from '../command-line/define-command.js';
import { REGISTRY_FLAGS } from '../flags/registry.js';

export const PUSH = defineCommand({
  name: 'push',
  brief: 'push a data set, a run or other files to a registry',
  about: [
    'Pushes a file, or a folder with its contents, to a registry: one layer per file. Hidden files are left out, links are refused.',
    'A tag that is a version is never moved; any other tag is. Prints the reference by digest.',
  ].join('\n'),
  positionals: [
    { name: 'path', brief: 'a file, or a folder such as that of a run' },
    { name: 'reference', brief: 'oci://host/name or oci://host/name:tag' },
  ],
  flags: REGISTRY_FLAGS,
  examples: [
    'testbench push runs/arithmetic-0123456789ab oci://localhost:5000/runs/arithmetic:1.0.0',
    'testbench push data/gsm8k.jsonl oci://registry.example.com/data/gsm8k:1.0.0 --ca authority.pem',
  ],
  load: async () => (await import('../commands/push.js')).pushCommand,
});
