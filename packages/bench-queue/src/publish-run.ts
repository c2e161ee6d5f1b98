import { PluginLocator } from '@testbench/bench';
import type { RangeWork } from '@testbench/bench/shards';
import { REWRITE_VERSION } from '@testbench/metering';
import { API_VERSION } from '@testbench/types/abi';
import type { Redis } from 'ioredis';

import { QueueError } from './errors.js';
import type { QueueExecutorOptions } from './executor-options.js';
import { type NamedPlugin, packRun } from './pack-run.js';
import { keys, type RunRecord, stateOf } from './run-record.js';

/** Puts the files of a run into the share, and announces the run to the workers. */
export async function publishRun(
  { client, share, tags = [], sources = [], compileScript, findPlugin }: QueueExecutorOptions,
  { plan, files, attachments }: RangeWork,
  shardRecords: number,
): Promise<RunRecord> {
  const locator = new PluginLocator(plan.config.pluginsDir, { compileScript, findPlugin });
  const document = await packRun(share, {
    plan,
    files,
    attachments,
    sources,
    moduleOf: async (use, place) => await locateModule(locator, use, place),
  });
  const record: RunRecord = {
    v: 1,
    run: plan.run,
    plan: plan.digest,
    document,
    records: plan.content.dataset.records,
    shardRecords,
    rewrite: REWRITE_VERSION,
    contract: API_VERSION,
    tags,
    begunAt: Date.now(),
  };
  await announceRun(client, record);
  return record;
}

/** Announces a run to the workers. */
export async function announceRun(client: Redis, record: RunRecord): Promise<void> {
  const { run, begunAt } = record;
  const state = await stateOf(client, run);
  const change = client
    .multi()
    .set(keys.record(run), JSON.stringify(record))
    .zadd(keys.runs, 'NX', begunAt, run);
  // A paused run stays paused; a cancelled run is restarted by the next process that runs it.
  if (state !== 'paused') change.set(keys.state(run), 'running');
  await change.exec();
}

async function locateModule(
  locator: PluginLocator,
  { plugin, config }: NamedPlugin,
  place: string,
): Promise<string> {
  const at = place === 'toolCheck' ? place : `${place}.plugin`;
  const { path } = await locator.locate(plugin, at, config);
  if (!path.includes('://')) return path;
  throw new QueueError(
    'QUEUE_UNSUPPORTED',
    `Cannot hand out ${JSON.stringify(path)}: nothing here has fetched it; install it into the project first`,
  );
}

/** Removes everything that Redis holds for a run except its jobs. */
export async function forgetRun(client: Redis, run: string): Promise<void> {
  const rates = await client.smembers(keys.rates(run));
  await client.zrem(keys.runs, run);
  await client.del(
    keys.record(run),
    keys.state(run),
    keys.refusals(run),
    keys.spent(run),
    keys.holds(run),
    keys.rates(run),
    keys.progress(run),
    ...rates,
  );
}
