import type { RecordColumns } from '../summary/score-table.js';
import type { Flip, Flips } from './run-comparison.js';

/** Scores of records that are in both runs. */
export interface PairedScores {
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Places of the records among those that are in both runs. */
  readonly places: readonly number[];
}

/**
 * The records that changed, and which way.
 *
 * @param rightFrom The score from which an answer is right; null if every change counts.
 * @param most Listed in each direction.
 */
export function findFlips(
  { a, b, places }: PairedScores,
  { keys, indices, groups }: RecordColumns,
  rightFrom: number | null,
  most: number,
): Flips {
  const gained: Flip[] = [];
  const lost: Flip[] = [];
  let bothRight = 0;
  let bothWrong = 0;
  for (const [position, place] of places.entries()) {
    const [before, after] = [a[position]!, b[position]!];
    const [left, right] =
      rightFrom === null
        ? [before, after]
        : [Number(before >= rightFrom), Number(after >= rightFrom)];
    if (left === right) {
      if (rightFrom !== null && left === 1) bothRight += 1;
      else if (rightFrom !== null) bothWrong += 1;
      continue;
    }
    const group = groups[place];
    (left < right ? gained : lost).push({
      record: keys[place]!,
      index: indices[place]!,
      ...(group === undefined ? {} : { group }),
      a: before,
      b: after,
    });
  }
  const listed = (flips: readonly Flip[]): Flip[] =>
    (rightFrom === null
      ? flips.toSorted((one, other) => Math.abs(other.b - other.a) - Math.abs(one.b - one.a))
      : flips
    ).slice(0, most);
  return {
    rightFrom,
    gained: gained.length,
    lost: lost.length,
    bothRight,
    bothWrong,
    lostRecords: listed(lost),
    gainedRecords: listed(gained),
  };
}
