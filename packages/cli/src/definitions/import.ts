import { defineCommand } from '../command-line/define-command.js';
import { IMPORT_FLAGS } from '../flags/import.js';

export const IMPORT = defineCommand({
  name: 'import',
  brief: 'import runs of inspect_ai, lm-evaluation-harness and HELM, and promptfoo configurations',
  about: [
    'Reads logs of inspect_ai (.eval and .json), results and samples of lm-evaluation-harness, and runs of HELM: a file, or a folder with any of them.',
    'Each log or task becomes a run: score, compare, report, show and failures work on it. Totals that the files state are compared with their samples.',
    'Values from 0 to 1 become scores. Nothing in the files is run, and no model is called.',
    'A configuration of promptfoo (YAML, or promptfooconfig.json) becomes a configuration with its records; what cannot be taken is listed, with what to do.',
  ].join('\n'),
  positionals: [{ name: 'path', brief: 'a file, or a folder' }],
  flags: IMPORT_FLAGS,
  examples: [
    'testbench import logs/2025-07-05T09-59-40_popularity.eval',
    'testbench import lm-eval-results --output-dir runs --metric exact_match',
    'testbench import promptfooconfig.yaml --output testbench.yaml',
  ],
  load: async () => (await import('../commands/import.js')).importCommand,
});
