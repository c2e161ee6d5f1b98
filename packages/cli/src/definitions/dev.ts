import { defineCommand } from '../command-line/define-command.js';
import { DEV_FLAGS } from '../flags/dev.js';

export const DEV = defineCommand({
  name: 'dev',
  brief: 'build, test and score a plugin on every change',
  about: [
    'Watches a plugin: a script in JavaScript, TypeScript or Python, or the folder of a project in any language. After every change it builds it in memory,',
    'runs its golden files and the first records of a data set, and shows which scores changed. It goes on after mistakes; Ctrl-C ends it.',
    'Without a terminal, each event is one line.',
  ].join('\n'),
  positionals: [
    {
      name: 'project',
      brief: 'a script, or the folder of a plugin (default: the current folder)',
      isOptional: true,
    },
  ],
  flags: DEV_FLAGS,
  examples: [
    'testbench dev',
    'testbench dev metric.ts --dataset answers.jsonl --records 50',
    'testbench dev plugins/mine --dataset data.csv --field output=answer --field expected=label',
    'testbench dev metric.py --config @config.json --json',
  ],
  load: async () => (await import('../commands/dev.js')).devCommand,
});
