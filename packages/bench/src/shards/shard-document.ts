import { join } from 'node:path';

import { REWRITE_VERSION } from '@testbench/metering';
import type { RunReader } from '@testbench/types/stores';

import type { Plan } from '../plan/plan.js';
import {
  amount,
  count,
  exactly,
  listOf,
  mapOf,
  parseStored,
  sha256,
  type Shape,
  text,
} from '../results/stored-shape.js';
import { documentName } from '../results/store/run-reader.js';
import { MAX_DENIALS, MAX_SHARDS } from './limits.js';
import { type Shard, shardRange } from './shard.js';

/** What a process knows about the records that it ran and that is not in the rows. */
export interface ShardFacts {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly durationMs: number;
  /** Wall time inside plugins, in milliseconds, by stage. */
  readonly timeMs: Readonly<Record<string, number>>;
  /** Paid calls that were in flight when an earlier process was killed, and were repeated. */
  readonly repeatedCalls: number;
  /** What plugins were denied, by plugin id; hints are made from it. */
  readonly denials: readonly { readonly id: string; readonly message: string }[];
}

/** `shard.json`: which part of which run a folder holds. */
export interface ShardDocument {
  readonly formatVersion: 1;
  /** `sha256:` and the hex digest of the plan of the whole run. */
  readonly plan: string;
  /** Version of the metering that counted the rows' fuel. */
  readonly rewrite: number;
  readonly index: number;
  readonly of: number;
  readonly from: number;
  readonly to: number;
  /** Formats of the data set, for the summary. */
  readonly formats: readonly string[];
  /** Set once all its records are done. */
  readonly done?: ShardFacts;
}

const FACTS = exactly({
  startedAt: text,
  durationMs: amount,
  timeMs: mapOf(amount),
  repeatedCalls: count,
  denials: (node) => {
    const entries = node.list();
    if (entries.length > MAX_DENIALS) node.reject(`at most ${MAX_DENIALS} entries`);
    for (const entry of entries) exactly({ id: text, message: text })(entry);
  },
});

const DOCUMENT: Shape = (node) => {
  exactly(
    {
      formatVersion: (version) => version.wholeNumber(1, 1),
      plan: sha256,
      rewrite: count,
      index: (index) => index.wholeNumber(1, MAX_SHARDS),
      of: (of) => of.wholeNumber(1, MAX_SHARDS),
      from: count,
      to: count,
      formats: listOf(text),
    },
    { done: FACTS },
  )(node);
  const { index, of } = node.value as ShardDocument;
  if (index > of) node.reject('an "index" of at most "of"');
};

/** The initial document of a shard of a plan. */
export function beginShard(plan: Plan, shard: Shard, formats: readonly string[]): ShardDocument {
  const { index, of } = shard;
  const { from, to } = shardRange(shard, plan.content.dataset.records);
  return {
    formatVersion: 1,
    plan: plan.digest,
    rewrite: REWRITE_VERSION,
    index,
    of,
    from,
    to,
    formats,
  };
}

/**
 * Reads the shard document of a folder.
 *
 * @param folder For errors.
 * @returns undefined if it is not a shard.
 * @throws {BenchError} `BENCH_RUN_DAMAGED`.
 */
export async function readShardDocument(
  reader: Pick<RunReader, 'document'>,
  folder: string,
): Promise<ShardDocument | undefined> {
  const json = await reader.document('shard');
  if (json === undefined) return undefined;
  const file = join(folder, documentName('shard'));
  const cure = 'restore the file, or move the shard away and run it again';
  return parseStored(json, DOCUMENT, { file, cure }) as ShardDocument;
}

/** The text of `shard.json`. */
export function formatShardDocument(document: ShardDocument): string {
  return `${JSON.stringify(document, undefined, 2)}\n`;
}
