import { defineCommand } from '../command-line/define-command.js';
import { WORKER_FLAGS } from '../flags/queue.js';

export const WORKER = defineCommand({
  name: 'worker',
  brief: 'work for runs that others hand out by a queue',
  about: [
    'Takes shards of runs of testbench run --queue, the oldest run first, until it is ended. SIGTERM and Ctrl-C drain it: what is under way is finished, and nothing else begun.',
    'Its own policy decides what plugins may do: a run that asks for more, or is of another version, is refused, and testbench queue status says why.',
  ].join('\n'),
  positionals: [],
  flags: WORKER_FLAGS,
  examples: [
    'testbench worker --queue redis://localhost:6379 --share /mnt/share',
    'testbench worker --queue rediss://queue.example --share /mnt/share --concurrency 4 --isolation thread --tags gpu,eu',
  ],
  load: async () => (await import('../commands/worker.js')).workerCommand,
});
