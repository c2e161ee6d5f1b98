import { defineCommand } from '../command-line/define-command.js';
import { REGISTRY_FLAGS } from '../flags/registry.js';

export const PULL = defineCommand({
  name: 'pull',
  brief: 'pull files of a registry into a folder',
  about: [
    'Pulls the files of an artifact, each verified by its digest, into a folder that must not exist yet, or be empty.',
    'It appears whole or not at all. A run can then be summarised, reported and scored like a local one.',
  ].join('\n'),
  positionals: [
    { name: 'reference', brief: 'oci://host/name with :tag, @range or @sha256:…' },
    { name: 'folder', brief: 'the folder to create' },
  ],
  flags: REGISTRY_FLAGS,
  examples: [
    'testbench pull oci://localhost:5000/runs/arithmetic:1.0.0 runs/pulled',
    'testbench pull oci://registry.example.com/data/gsm8k@^1 data/gsm8k --json',
  ],
  load: async () => (await import('../commands/pull.js')).pullCommand,
});
