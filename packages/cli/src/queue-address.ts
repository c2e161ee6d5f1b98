import type { QueueAddress } from '@testbench/bench-queue';

import type { CliIo } from './cli-io.js';

/** Address of the queue, with name and password from the environment if they are set there. */
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
