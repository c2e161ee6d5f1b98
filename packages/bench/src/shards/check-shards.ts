import { REWRITE_VERSION } from '@testbench/metering';
import type { RunReader } from '@testbench/types/stores';

import { BenchError } from '../errors.js';
import type { StoredRun } from '../results/read-run.js';
import type { ShardDocument } from './shard-document.js';
import { shardRange } from './shard.js';

/** A shard as read from its folder. */
export interface StoredShard {
  readonly stored: StoredRun;
  readonly document: ShardDocument;
  readonly reader: RunReader;
}

/** Maximum number of shards listed in a message. */
const SHOWN_SHARDS = 5;

/**
 * Sorts the shards, and checks that together they form one run.
 *
 * @throws {BenchError} `BENCH_SHARDS_MISSING`, `BENCH_SHARDS_DOUBLED`, `BENCH_SHARDS_MISMATCHED`.
 */
export function checkShards(
  shards: readonly StoredShard[],
): readonly [StoredShard, ...StoredShard[]] {
  const [first] = shards;
  if (first === undefined) {
    throw new BenchError('BENCH_SHARDS_MISSING', 'Cannot merge shards: none is given');
  }
  for (const shard of shards) checkFits(shard, first);
  const { of } = first.document;
  const byIndex = new Map<number, StoredShard>();
  for (const shard of shards) {
    const { index } = shard.document;
    const other = byIndex.get(index);
    if (other !== undefined) {
      throw new BenchError(
        'BENCH_SHARDS_DOUBLED',
        `Cannot merge shards: ${JSON.stringify(other.stored.path)} and ${JSON.stringify(shard.stored.path)} are both shard ${index} of ${of}`,
        { file: shard.stored.path },
      );
    }
    byIndex.set(index, shard);
  }
  checkAll(byIndex, of);
  const sorted = [...byIndex.values()].toSorted((a, b) => a.document.index - b.document.index);
  for (const shard of sorted) checkComplete(shard);
  return sorted as [StoredShard, ...StoredShard[]];
}

function checkFits({ stored, document }: StoredShard, first: StoredShard): void {
  const { records } = stored.plan.dataset;
  const range = shardRange(document, records);
  const other = JSON.stringify(first.stored.path);
  const state =
    document.plan !== stored.digest
      ? `its shard.json is of plan ${document.plan}, and its plan.json of ${stored.digest}`
      : range.from !== document.from || range.to !== document.to
        ? `its shard.json says records ${document.from} to ${document.to - 1}, and shard ${document.index} of ${document.of} has ${range.from} to ${range.to - 1}`
        : stored.digest !== first.stored.digest
          ? `its plan has the digest ${stored.digest}, and that of ${other} has ${first.stored.digest}`
          : document.of !== first.document.of
            ? `it is one of ${document.of} shards, and ${other} one of ${first.document.of}`
            : document.rewrite !== REWRITE_VERSION
              ? `its fuel was counted by version ${document.rewrite} of the metering, and this is version ${REWRITE_VERSION}; merge with the version that ran it, or run it again`
              : undefined;
  if (state === undefined) return;
  throw new BenchError(
    'BENCH_SHARDS_MISMATCHED',
    `Cannot merge shard ${JSON.stringify(stored.path)}: ${state}`,
    { file: stored.path },
  );
}

function checkAll(byIndex: ReadonlyMap<number, StoredShard>, of: number): void {
  if (byIndex.size === of) return;
  const missing: number[] = [];
  for (let index = 1; index <= of && missing.length < SHOWN_SHARDS; index += 1) {
    if (!byIndex.has(index)) missing.push(index);
  }
  const more = of - byIndex.size - missing.length;
  throw new BenchError(
    'BENCH_SHARDS_MISSING',
    `Cannot merge shards: of ${of}, ${missing.join(', ')}${more > 0 ? ` and ${more} more` : ''} ${of - byIndex.size === 1 ? 'is' : 'are'} not there`,
  );
}

function checkComplete({ stored, document }: StoredShard): void {
  const { from, to, index, of } = document;
  let end = from;
  for (const segment of stored.segments) {
    if (segment.from !== end || segment.to > to) break;
    end = segment.to;
  }
  if (end === to && (stored.segments.at(-1)?.to ?? to) === to) return;
  throw new BenchError(
    'BENCH_SHARDS_MISSING',
    `Cannot merge shard ${JSON.stringify(stored.path)}: shard ${index} of ${of} has ${stored.records} of its ${to - from} records; run it again to continue`,
    { file: stored.path },
  );
}
