import type { QueuedRun } from '@testbench/bench-queue';
import { formatCount } from '@testbench/report/terminal';

import type { CliIo } from '../cli-io.js';
import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { QUEUE_FLAGS, QUEUE_STATUS_FLAGS } from '../flags/queue.js';
import { loadQueue, type QueuePackage } from '../load-queue.js';
import { queueAddress } from '../queue-address.js';
import { escapeText } from '../render/escape-text.js';
import { writeJson } from '../render/write-json.js';

type Client = Awaited<ReturnType<QueuePackage['connectQueue']>>;

async function withQueue(
  io: CliIo,
  flags: Parameters<typeof queueAddress>[1],
  work: (client: Client, queue: QueuePackage) => Promise<void>,
): Promise<ExitCode> {
  const queue = await loadQueue();
  const client = await queue.connectQueue(queueAddress(io, flags));
  try {
    await work(client, queue);
  } finally {
    client.disconnect();
  }
  return ExitCode.ok;
}

/** `testbench queue status` */
export async function queueStatusCommand({
  io,
  flags,
}: CommandCall<typeof QUEUE_STATUS_FLAGS>): Promise<ExitCode> {
  return await withQueue(io, flags, async (client, { queueStatus }) => {
    const status = await queueStatus(client);
    if (flags.json) {
      writeJson(io.stdout, status);
      return;
    }
    const lines = status.runs.flatMap(describeRun);
    const workers = status.workers.map(
      ({ id, run, shards, concurrency }) =>
        `worker ${id}: ${run ?? 'idle'}, ${formatCount(shards)} shards done, ${concurrency} at a time`,
    );
    const text = [...(lines.length === 0 ? ['No runs'] : lines), ...workers].map(escapeText);
    io.stdout.write(`${text.join('\n')}\n`);
  });
}

function describeRun(run: QueuedRun): string[] {
  const { leftMs } = run;
  const left = leftMs === undefined ? '' : `, about ${Math.ceil(leftMs / 1000)} s left`;
  return [
    `${run.run}: ${run.state}, ${formatCount(run.done)} of ${formatCount(run.shards)} shards done, ${run.active} under way, ${run.waiting + run.delayed} wait, ${run.failed.length} failed${left}`,
    ...run.failed.map(({ shard, reason }) => `  shard ${shard} is set apart: ${reason}`),
    ...run.refusals.map(({ worker, reason }) => `  refused by ${worker}: ${reason}`),
  ];
}

/** The command that does one thing to a run. */
function controlCommand(
  control: 'pauseRun' | 'continueRun' | 'cancelRun',
): (call: CommandCall<typeof QUEUE_FLAGS>) => Promise<ExitCode> {
  return async ({ io, flags, args }) =>
    await withQueue(io, flags, async (client, queue) => await queue[control](client, args[0]!));
}

/** `testbench queue pause <run>` */
export const queuePauseCommand = controlCommand('pauseRun');

/** `testbench queue resume <run>` */
export const queueResumeCommand = controlCommand('continueRun');

/** `testbench queue cancel <run>` */
export const queueCancelCommand = controlCommand('cancelRun');
