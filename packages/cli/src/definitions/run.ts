import { defineCommand } from '../command-line/define-command.js';
import { EXIT_CODES } from '../exit-code.js';
import { RUN_FLAGS } from '../flags/run.js';

export const RUN = defineCommand({
  name: 'run',
  brief: 'run a benchmark and print a table of scores',
  about: [
    'Runs the benchmark of a configuration file (YAML or JSON) and prints a table of scores.',
    'Exit codes:',
    ...EXIT_CODES.map(({ code, meaning }) => `  ${code}: ${meaning}`),
  ].join('\n'),
  positionals: [{ name: 'config', brief: 'the configuration' }],
  flags: RUN_FLAGS,
  examples: [
    'testbench run testbench.yaml',
    'testbench run testbench.yaml --dry-run',
    'testbench run testbench.yaml --limit 20 --json',
    'testbench run testbench.yaml --limit 20 --watch',
  ],
  load: async () => (await import('../commands/run.js')).runCommand,
});
