import type { RunRange } from '@testbench/types/stores';

import { BenchError } from '../errors.js';
import { checkShardRows } from '../shards/check-shard-rows.js';
import type { ShardFacts } from '../shards/shard-document.js';
import { cancelled } from './call-failure.js';
import type { PreparedRun } from './prepare-run.js';
import type { RangeExecutor, RangeRows } from './range-executor.js';
import type { OpenRun } from './run-folder.js';
import type { RunOptions } from './run-options.js';

/** Maximum number of ranges written concurrently: they share one manifest write. */
const WRITES = 16;

/**
 * Has the executor make the missing rows of a run, and writes them.
 *
 * @returns The facts from the processes that made the rows.
 * @throws {BenchError} `BENCH_SHARDS_MISSING` if records still lack rows when the executor has ended; anything that the executor throws.
 */
export async function fillRun(
  run: PreparedRun,
  open: OpenRun | undefined,
  options: RunOptions,
  executor: RangeExecutor,
): Promise<ShardFacts[]> {
  const { plan, dataset } = run;
  const { onNotice = () => {}, signal, hooks, onProgress } = options;
  if (open === undefined) {
    throw new TypeError('Cannot run by an executor: the run has no outputDir to keep its rows in');
  }
  const { count } = dataset;
  const missing = missingRanges(open.writer.segments, count);
  const earlierRecords = count - recordsIn(missing);
  const facts: ShardFacts[] = [];
  const writing = new Set<Promise<void>>();
  let records = earlierRecords;
  const write = async (made: RangeRows): Promise<void> => {
    const refusal = await writeRange(open, run, made);
    await made.settle(refusal);
    if (refusal !== undefined) {
      onNotice(`records ${made.from} to ${made.to - 1} are run again: ${refusal.message}`);
      return;
    }
    if (made.facts !== undefined) facts.push(made.facts);
    records += made.to - made.from;
    onProgress?.({
      records,
      earlierRecords,
      totalRecords: count,
      fraction: records / count,
      failedRows: 0,
      inFlight: 0,
      cost: 0,
    });
  };
  const work = {
    plan,
    path: open.path,
    missing,
    files: dataset.files,
    signal,
    traceparent: hooks?.traceparent?.(),
    onNotice,
  };
  try {
    for await (const made of missing.length === 0 ? [] : executor.execute(work)) {
      const written = write(made);
      const tracked = written.finally(() => writing.delete(tracked));
      tracked.catch(() => {});
      writing.add(tracked);
      if (writing.size >= WRITES) await Promise.race(writing);
    }
    await Promise.all(writing);
  } finally {
    // The run must not be closed while a segment is written.
    await Promise.allSettled(writing);
  }
  if (signal?.aborted === true) throw cancelled();
  const left = missingRanges(open.writer.segments, count);
  if (left.length > 0) throw incomplete(open.path, left);
  return facts;
}

/** Ranges of records without rows. @param segments In the order of their records. */
function missingRanges(segments: readonly RunRange[], count: number): RunRange[] {
  const missing: RunRange[] = [];
  let end = 0;
  for (const { from, to } of [...segments, { from: count, to: count }]) {
    if (from > end) missing.push({ from: end, to: from });
    end = to;
  }
  return missing;
}

function recordsIn(ranges: readonly RunRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** @returns Why the rows are refused; undefined if they were written. */
async function writeRange(
  { writer, path }: OpenRun,
  { plan }: PreparedRun,
  { from, to, rows }: RangeRows,
): Promise<BenchError | undefined> {
  try {
    const check = checkShardRows(plan.content, { from, to }, path);
    for (const row of rows) check(row);
    check(undefined);
  } catch (error) {
    if (error instanceof BenchError) return error;
    throw error;
  }
  const segment = await writer.begin(from);
  try {
    for (const row of rows) await segment.write(row);
    await segment.complete(to);
  } finally {
    await segment.discard();
  }
  return undefined;
}

/** Maximum number of ranges listed in a message. */
const SHOWN_RANGES = 5;

function incomplete(path: string, left: readonly RunRange[]): BenchError {
  const shown = left.slice(0, SHOWN_RANGES).map(({ from, to }) => `${from} to ${to - 1}`);
  const more = left.length > SHOWN_RANGES ? `, and ${left.length - SHOWN_RANGES} more ranges` : '';
  return new BenchError(
    'BENCH_SHARDS_MISSING',
    `Cannot finish run ${JSON.stringify(path)}: records ${shown.join(', ')}${more} have no rows; run the configuration again to continue`,
    { file: path },
  );
}
