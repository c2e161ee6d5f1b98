import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import {
  HOST_RECORD_FILE,
  HOST_RECORD_VERSION,
  type HostRecord,
  MAX_HOST_RECORD_BYTES,
  MAX_HOST_RECORDS,
} from '@testbench/core/analytics';
import { describeFileError } from '@testbench/core/files';
import { PLUGIN_TYPES } from '@testbench/types';

import { BenchError } from '../errors.js';
import { readRegular } from '../results/store/open-regular.js';
import {
  amount,
  count,
  fieldsOf,
  listOf,
  mapOf,
  parseStored,
  type Shape,
  text,
} from '../results/stored-shape.js';

const time: Shape = (node) =>
  !Number.isNaN(Date.parse(node.text())) || node.reject('a time in ISO 8601');

const RECORD = fieldsOf({
  formatVersion: (node) => node.wholeNumber(HOST_RECORD_VERSION, HOST_RECORD_VERSION),
  host: text,
  startedAt: time,
  writtenAt: time,
  otherCalls: count,
  plugins: listOf(
    fieldsOf({
      name: text,
      version: text,
      digest: text,
      type: (node) => node.oneOf(PLUGIN_TYPES),
      ids: listOf(text),
      calls: count,
      failedCalls: count,
      errors: mapOf(count),
      fuelUsed: amount,
      timeMs: amount,
      queueMs: amount,
      peakMemoryBytes: amount,
      deniedCalls: count,
    }),
  ),
});

/**
 * Reads the records that hosts wrote into a folder with `recordHost` of `@testbench/core/analytics`, newest first; treats their contents as untrusted. Files with other names are
 * ignored.
 *
 * @param folder The folder of the records. At most 1,000 are read.
 * @param onProblem Called for a record that cannot be read, which is then left out. Must not throw. @default its error is thrown
 * @throws {BenchError} `BENCH_ANALYTICS_UNREADABLE` if the folder or a record cannot be read; `BENCH_ANALYTICS_DAMAGED` if a record is not what a host
 *   writes, unless `onProblem` is given.
 *
 * @example
 * ```ts no-run
 * import { analysePlugins, readHosts } from '@testbench/bench/analytics';
 *
 * const plugins = await analysePlugins({ hosts: await readHosts('analytics') });
 * console.log(plugins);
 * ```
 */
export async function readHosts(
  folder: string,
  onProblem?: (error: BenchError) => void,
): Promise<HostRecord[]> {
  const path = resolve(folder);
  const names = (await list(path)).filter((name) => HOST_RECORD_FILE.test(name)).toSorted();
  const hosts: HostRecord[] = [];
  for (const name of names.slice(-MAX_HOST_RECORDS).toReversed()) {
    try {
      const record = await readRecord(join(path, name));
      if (record !== undefined) hosts.push(record);
    } catch (error) {
      if (onProblem === undefined || !(error instanceof BenchError)) throw error;
      onProblem(error);
    }
  }
  return hosts;
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw unreadable(folder, cause);
  }
}

/** Undefined if it was removed in the meantime. */
async function readRecord(file: string): Promise<HostRecord | undefined> {
  try {
    const bytes = await readRegular(file, MAX_HOST_RECORD_BYTES);
    if (bytes === undefined) return undefined;
    const stored = { file, cure: 'remove the file' };
    return parseStored(bytes.toString('utf8'), RECORD, stored) as HostRecord;
  } catch (cause) {
    if (!(cause instanceof BenchError)) throw cause;
    if (cause.code !== 'BENCH_RUN_DAMAGED') throw unreadable(file, cause.cause);
    throw new BenchError('BENCH_ANALYTICS_DAMAGED', cause.message, { file, cause });
  }
}

function unreadable(file: string, cause: unknown): unknown {
  const state = describeFileError(cause);
  if (state === undefined) return cause;
  return new BenchError(
    'BENCH_ANALYTICS_UNREADABLE',
    `Cannot read records of hosts in ${JSON.stringify(file)}: ${state}`,
    { file, cause },
  );
}
