import { defineCommand } from '../command-line/define-command.js';
import { QUEUE_FLAGS, QUEUE_STATUS_FLAGS } from '../flags/queue.js';

const RUN = { name: 'run', brief: 'name of the run, as testbench queue status shows it' } as const;

export const QUEUE_STATUS = defineCommand({
  name: 'queue status',
  brief: 'show the runs of a queue, and who works for them',
  positionals: [],
  flags: QUEUE_STATUS_FLAGS,
  examples: ['testbench queue status --queue redis://localhost:6379'],
  load: async () => (await import('../commands/queue.js')).queueStatusCommand,
});

export const QUEUE_PAUSE = defineCommand({
  name: 'queue pause',
  brief: 'let no worker take further shards of a run',
  positionals: [RUN],
  flags: QUEUE_FLAGS,
  examples: ['testbench queue pause arithmetic-0123456789ab --queue redis://localhost:6379'],
  load: async () => (await import('../commands/queue.js')).queuePauseCommand,
});

export const QUEUE_RESUME = defineCommand({
  name: 'queue resume',
  brief: 'let workers go on with a run that was paused',
  positionals: [RUN],
  flags: QUEUE_FLAGS,
  examples: ['testbench queue resume arithmetic-0123456789ab --queue redis://localhost:6379'],
  load: async () => (await import('../commands/queue.js')).queueResumeCommand,
});

export const QUEUE_CANCEL = defineCommand({
  name: 'queue cancel',
  brief: 'take a run out of the queue; rows that are there stay',
  positionals: [RUN],
  flags: QUEUE_FLAGS,
  examples: ['testbench queue cancel arithmetic-0123456789ab --queue redis://localhost:6379'],
  load: async () => (await import('../commands/queue.js')).queueCancelCommand,
});
