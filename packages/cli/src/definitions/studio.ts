import { defineCommand } from '../command-line/define-command.js';
import { STUDIO_FLAGS } from '../flags/studio.js';

export const STUDIO = defineCommand({
  name: 'studio',
  brief: 'open a local web application over the runs of a folder',
  about: [
    'Starts a server on 127.0.0.1, prints its address and opens it in a browser; Ctrl-C ends it. The address has a token: only a browser that',
    'opened it is answered. Nothing outside of the folder is read.',
  ].join('\n'),
  positionals: [],
  flags: STUDIO_FLAGS,
  examples: ['testbench studio', 'testbench studio --folder my-benchmark --port 8123 --no-open'],
  load: async () => (await import('../commands/studio.js')).studioCommand,
});
