import type { FindPlugin } from '@testbench/bench';
import type { RangeExecutor } from '@testbench/bench/shards';

import type { CliIo } from './cli-io.js';
import { givenFlag } from './command-line/given-flag.js';
import { loadQueue } from './load-queue.js';
import { queueAddress } from './queue-address.js';
import type { RegistryFlagValues } from './registry-settings.js';
import { escapeText } from './render/escape-text.js';
import { scriptCompiler } from './script-modules.js';
import { UsageError } from './usage-error.js';

/** Queue settings in the flags of `testbench run`. */
interface QueueRunFlags extends RegistryFlagValues {
  readonly queue: string | undefined;
  readonly queueCa: string | undefined;
  readonly share: string | undefined;
  readonly shardRecords: number | undefined;
  readonly tag: readonly string[] | undefined;
  readonly source: readonly string[] | undefined;
  readonly quiet: boolean;
}

/**
 * Refuses flags of a queue that cannot be combined.
 *
 * @throws {UsageError}
 */
export function checkQueueFlags(
  { queue, queueCa, share, shardRecords, tag, source }: QueueRunFlags,
  others: Readonly<Record<string, unknown>>,
): void {
  if (queue === undefined) {
    const needy = { 'queue-ca': queueCa, share, 'shard-records': shardRecords, tag, source };
    const name = givenFlag(needy);
    if (name !== undefined) throw new UsageError(`--${name} needs --queue`, 'run');
    return;
  }
  if (share === undefined) throw new UsageError('--queue needs --share', 'run');
  const other = givenFlag(others);
  if (other !== undefined) {
    throw new UsageError(`--${other} and --queue do not go together`, 'run');
  }
}

/**
 * Calls `work` with the executor that distributes the work; with undefined if there is no `--queue`.
 *
 * @throws {QueueError} `QUEUE_UNREACHABLE`, `QUEUE_URL_INVALID`.
 */
export async function withQueueExecutor<T>(
  io: CliIo,
  flags: QueueRunFlags,
  findPlugin: FindPlugin,
  work: (executor: RangeExecutor | undefined) => Promise<T>,
): Promise<T> {
  const { queue, queueCa, share, shardRecords, tag, source, quiet } = flags;
  if (queue === undefined) return await work(undefined);
  const [{ connectQueue, createQueueExecutor }, { openShare }] = await Promise.all([
    loadQueue(),
    import('./queue-share.js'),
  ]);
  const client = await connectQueue(queueAddress(io, { queue, queueCa }), (message) => {
    if (!quiet) io.stderr.write(`${escapeText(message)}\n`);
  });
  try {
    return await work(
      createQueueExecutor({
        client,
        share: await openShare(io, flags, share!, 'run'),
        compileScript: scriptCompiler(io),
        findPlugin,
        ...(shardRecords === undefined ? {} : { shardRecords }),
        ...(tag === undefined ? {} : { tags: tag }),
        ...(source === undefined ? {} : { sources: source }),
      }),
    );
  } finally {
    client.disconnect();
  }
}
