import type { QueueAddress } from '@testbench/bench-queue';

import type { CliIo } from './cli-io.js';

/** Where the queue is, with what the environment has of name and password. */
export function queueAddress(
  { env }: Pick<CliIo, 'env'>,
  { queue, queueCa }: { readonly queue: string; readonly queueCa: string | undefined },
): QueueAddress {
  return {
    url: queue,
    ca: queueCa,
    username: env['TESTBENCH_QUEUE_USERNAME'],
    password: env['TESTBENCH_QUEUE_PASSWORD'],
  };
}
