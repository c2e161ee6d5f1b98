import { defineCommand } from '../command-line/define-command.js';
import { POWER_FLAGS } from '../flags/power.js';

export const POWER = defineCommand({
  name: 'power',
  brief: 'compute which difference a number of records can detect, or how many are needed',
  positionals: [],
  flags: POWER_FLAGS,
  examples: [
    'testbench power --records 1319 --flips 0.1',
    'testbench power --difference 0.02 --flips 0.1',
    'testbench power --difference 0.05 --unpaired --rate 0.7',
  ],
  load: async () => (await import('../commands/power.js')).powerCommand,
});
