import type { RunRange } from '@testbench/types/stores';

import { TOGETHER_BYTES, TOGETHER_SHARDS } from './limits.js';

/** Rows of a shard, each with a line feed. */
export interface ShardText extends RunRange {
  readonly name: string;
  readonly text: string;
}

/**
 * Groups adjacent shards that may become one segment of the run. A shard with a row that lacks a score stays alone: a later run repeats whole segments that hold
 * one.
 *
 * @param isAlone Whether a shard stays alone for another reason.
 * @returns Groups in the order of their records; none is empty.
 */
export function joinShards<Shard extends ShardText>(
  shards: readonly Shard[],
  isAlone: (shard: Shard) => boolean,
): (readonly Shard[])[] {
  const groups: Shard[][] = [];
  let end = -1;
  let characters = 0;
  for (const shard of shards.toSorted((one, other) => one.from - other.from)) {
    const group = groups.at(-1);
    const staysAlone = isAlone(shard) || mayLackScores(shard.text);
    const fits =
      group !== undefined &&
      shard.from === end &&
      group.length < TOGETHER_SHARDS &&
      characters + shard.text.length <= TOGETHER_BYTES;
    if (fits && !staysAlone) {
      group.push(shard);
      characters += shard.text.length;
    } else {
      groups.push([shard]);
      characters = shard.text.length;
    }
    // Nothing follows a shard that stays alone.
    end = staysAlone ? -1 : shard.to;
  }
  return groups;
}

/**
 * Searching is much faster than parsing; a text in a row may look like it, which costs a segment. Few texts have the ends of these names, which are found in a third
 * of the time: every field of every row begins with a quotation mark.
 */
function mayLackScores(text: string): boolean {
  return (
    (text.includes('ure":') && text.includes('"failure":')) ||
    (text.includes('rors":') && text.includes('"errors":'))
  );
}
