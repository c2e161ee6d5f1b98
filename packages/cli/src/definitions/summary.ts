import { defineCommand } from '../command-line/define-command.js';
import { SUMMARY_FLAGS } from '../flags/summary.js';

export const SUMMARY = defineCommand({
  name: 'summary',
  brief: 'summarise a run: means with intervals, groups, latency, cost',
  about: [
    'Summarises a run: every mean with its interval and method, latency, tokens and cost.',
    'Exit code: 0 done; 1 failed; 2 wrong command line; 3 the run does not reach --fail-under or --max-errors.',
  ].join('\n'),
  positionals: [{ name: 'run', brief: 'folder of the run' }],
  flags: SUMMARY_FLAGS,
  examples: [
    'testbench summary runs/arithmetic-0123456789ab --groups',
    'testbench summary runs/arithmetic-0123456789ab --fail-under exact-match=0.5 --lower-bound',
  ],
  load: async () => (await import('../commands/summary.js')).summaryCommand,
});
