import { setImmediate } from 'node:timers/promises';

import type { RunRange } from '@testbench/types/stores';

import { BenchError } from '../errors.js';
import type { ResultRow } from '../results/result-row.js';
import { checkShardRows } from '../shards/check-shard-rows.js';
import type { ShardFacts } from '../shards/shard-document.js';
import { cancelled } from './call-failure.js';
import { OrderedRanges } from './ordered-ranges.js';
import { recordsOf } from './earlier-rows.js';
import type { PreparedRun } from './prepare-run.js';
import type { RangeExecutor, RangeRows } from './range-executor.js';
import type { OpenRun } from './run-folder.js';
import type { RunOptions } from './run-options.js';

/** Maximum number of ranges written concurrently: they share one manifest write. */
const WRITES = 16;

/** What becomes of the rows of a run whose rows are made elsewhere. */
export interface FillOptions extends Pick<
  RunOptions,
  'onNotice' | 'signal' | 'hooks' | 'onProgress'
> {
  readonly executor: RangeExecutor;
  /** Gets the rows of each record, in order, including those that were there before. */
  readonly onRecord: (rows: readonly ResultRow[]) => Promise<void> | undefined;
  /** Gets what the processes that made the rows know. */
  readonly onFacts: (facts: ShardFacts) => void;
  /** Rows that lack a score so far. */
  readonly failedRows: () => number;
}

/**
 * Has the executor make the missing rows of a run, writes them, and hands all rows of the run on.
 *
 * @throws {BenchError} `BENCH_SHARDS_MISSING` if records still lack rows when the executor has ended; anything that the executor throws.
 */
export async function fillRun(
  run: PreparedRun,
  open: OpenRun | undefined,
  options: FillOptions,
): Promise<void> {
  const { plan, dataset } = run;
  const { executor, onNotice = () => {}, signal, hooks, onProgress, onRecord } = options;
  if (open === undefined) {
    throw new TypeError('Cannot run by an executor: the run has no outputDir to keep its rows in');
  }
  const { count } = dataset;
  const missing = missingRanges(open.writer.segments, count);
  const earlierRecords = count - recordsIn(missing);
  const writing = new Set<Promise<void>>();
  let records = earlierRecords;
  const ordered = new OrderedRanges({
    segments: () => open.writer.segments,
    read: (segment) =>
      recordsOf(
        { segments: [segment], rows: (one) => open.writer.rows(one), document: noDocument },
        plan.run,
      ),
    onRecord,
    async pause() {
      if (signal?.aborted === true) throw cancelled();
      await setImmediate();
    },
  });
  const write = async (made: RangeRows): Promise<void> => {
    const written = await writeRange(open, run, made);
    if (written instanceof BenchError) {
      await made.settle(written);
      onNotice(`records ${made.from} to ${made.to - 1} are run again: ${written.message}`);
      return;
    }
    await made.settle();
    for (const facts of made.facts ?? []) options.onFacts(facts);
    records += made.to - made.from;
    onProgress?.({
      records,
      earlierRecords,
      totalRecords: count,
      fraction: records / count,
      failedRows: options.failedRows(),
      inFlight: 0,
      cost: 0,
    });
    const { records: rows, characters } = written;
    await ordered.add(made, rows, characters);
  };
  const work = {
    plan,
    path: open.path,
    missing,
    files: dataset.files,
    attachments: dataset.carryAttachments?.(),
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
    // Rows that were there before, if nothing was missing.
    await ordered.flush();
  } finally {
    // The run must not be closed while a segment is written.
    await Promise.allSettled(writing);
  }
  if (signal?.aborted === true) throw cancelled();
  const left = missingRanges(open.writer.segments, count);
  if (left.length > 0) throw incomplete(open.path, left);
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

async function noDocument(): Promise<undefined> {}

/** Rows that were written. */
interface WrittenRange {
  readonly records: readonly (readonly ResultRow[])[];
  /** Length of the rows' texts. */
  readonly characters: number;
}

/** @returns Why the rows are refused, if they were not written. */
async function writeRange(
  { writer, path }: OpenRun,
  { plan }: PreparedRun,
  { from, to, rows }: RangeRows,
): Promise<BenchError | WrittenRange> {
  const records: ResultRow[][] = [];
  let characters = 0;
  try {
    const check = checkShardRows(plan.content, { from, to }, path);
    for (const [at, text] of rows.entries()) {
      const row = check.row(text);
      characters += text.length;
      if (at % check.rowsPerRecord === 0) records.push([row]);
      else records.at(-1)!.push(row);
    }
    check.end();
  } catch (error) {
    if (error instanceof BenchError) return error;
    throw error;
  }
  const segment = await writer.begin(from);
  try {
    for (const row of rows) {
      const written = segment.write(row);
      if (written !== undefined) await written;
    }
    await segment.complete(to);
  } finally {
    await segment.discard();
  }
  return { records, characters };
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
