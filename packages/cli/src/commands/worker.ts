import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import type { MetricsServer } from '@testbench/telemetry';

import type { CommandCall } from '../command-line/define-command.js';
import { ExitCode } from '../exit-code.js';
import type { WORKER_FLAGS } from '../flags/queue.js';
import { loadQueue } from '../load-queue.js';
import { queueAddress } from '../queue-address.js';
import { openShare } from '../queue-share.js';
import { escapeText } from '../render/escape-text.js';
import { checkTelemetryFlags, startTelemetry } from '../telemetry.js';
import { UsageError } from '../usage-error.js';
import { workerChecks } from '../worker-ready.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** `testbench worker` */
export async function workerCommand({
  io,
  flags,
}: CommandCall<typeof WORKER_FLAGS>): Promise<ExitCode> {
  const { share, concurrency, isolation, tags, policy, allowPlugin, allowSource, quiet } = flags;
  const wrong = allowPlugin?.find((digest) => !DIGEST.test(digest));
  if (wrong !== undefined) {
    throw new UsageError(
      `--allow-plugin is ${JSON.stringify(wrong)}, expected sha256: and 64 hex digits`,
      'worker',
    );
  }
  checkTelemetryFlags(flags, 'worker');
  const { runWorker, shownAddress } = await loadQueue();
  const address = queueAddress(io, flags);
  const say = (text: string): void => {
    if (!quiet) io.stderr.write(`${escapeText(text)}\n`);
  };
  const own =
    flags.workDir === undefined ? await mkdtemp(join(tmpdir(), 'testbench-worker-')) : undefined;
  const workDir = own ?? resolve(io.cwd, flags.workDir!);
  // A plugin in a registry is requested with each shard.
  const folder = share.startsWith('oci://') ? undefined : resolve(io.cwd, share);
  const places = { address, workDir, share: folder };
  const ready = workerChecks({ ...places, isolation: isolation ?? 'process' });
  const stop = new AbortController();
  let server: MetricsServer | undefined;
  const drain = (): void => {
    say('the worker ends when its shards are done');
    server?.drain();
    stop.abort();
  };
  io.signal.addEventListener('abort', drain, { once: true });
  try {
    await using telemetry = await startTelemetry(io, flags, ready.checks);
    const { hooks } = telemetry;
    ({ server } = telemetry);
    say(`working for ${shownAddress(address)}`);
    const { shards, failed } = await runWorker({
      address,
      share: await openShare(io, flags, share, 'worker'),
      workDir,
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(isolation === undefined ? {} : { isolation }),
      ...(tags === undefined ? {} : { tags: tags.split(',').map((tag) => tag.trim()) }),
      ...(policy === undefined ? {} : { policy: resolve(io.cwd, policy) }),
      ...(allowPlugin === undefined ? {} : { plugins: allowPlugin }),
      ...(allowSource === undefined ? {} : { sources: allowSource }),
      ...(hooks && { hooks }),
      onNotice: say,
      signal: stop.signal,
    });
    say(`${shards} shards done, ${failed} attempts failed`);
    return ExitCode.ok;
  } finally {
    io.signal.removeEventListener('abort', drain);
    ready.close();
    if (own !== undefined) await rm(own, { recursive: true, force: true });
  }
}
