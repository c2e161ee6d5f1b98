import { defineCommand } from '../command-line/define-command.js';
import { ANALYTICS_FLAGS } from '../flags/analytics.js';

export const ANALYTICS = defineCommand({
  name: 'analytics',
  brief: 'show calls, errors, fuel, time and memory of plugins over runs',
  about: [
    'Adds up calls, errors, fuel, time and memory of plugins by name and version, over the runs in a folder and over hosts that recorded their calls.',
    'Everything is read from this machine; nothing is sent anywhere.',
  ].join('\n'),
  positionals: [{ name: 'folder', brief: 'folder of runs (default: runs)', isOptional: true }],
  flags: ANALYTICS_FLAGS,
  examples: [
    'testbench analytics',
    'testbench analytics --hosts analytics --json',
    'testbench analytics runs --plugin exact-match --by run --since 7d',
  ],
  load: async () => (await import('../commands/analytics.js')).analyticsCommand,
});
