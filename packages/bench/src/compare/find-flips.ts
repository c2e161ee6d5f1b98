import type { RecordColumns } from '../summary/record-columns.js';
import type { Flip, Flips } from './run-comparison.js';

/** The scores of records that are in both runs. */
export interface PairedScores {
  readonly a: readonly number[];
  readonly b: readonly number[];
  /** Places of the records among those that are in both runs. */
  readonly places: ArrayLike<number>;
}

/**
 * The records that changed, and in which direction.
 *
 * @param rightFrom The score from which an answer is right; null if every change counts.
 * @param most The most records listed in each direction.
 */
export function findFlips(
  { a, b, places }: PairedScores,
  records: RecordColumns,
  rightFrom: number | null,
  most: number,
): Flips {
  const gained = new FlipList(most, rightFrom === null);
  const lost = new FlipList(most, rightFrom === null);
  let bothRight = 0;
  let bothWrong = 0;
  for (let position = 0; position < a.length; position += 1) {
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
    (left < right ? gained : lost).add(records, places[position]!, before, after);
  }
  return {
    rightFrom,
    gained: gained.count,
    lost: lost.count,
    bothRight,
    bothWrong,
    lostRecords: lost.listed(),
    gainedRecords: gained.listed(),
  };
}

/** The first changes, or the largest ones; the others are only counted. */
class FlipList {
  readonly #most: number;
  readonly #areLargestFirst: boolean;
  #flips: Flip[] = [];
  count = 0;

  constructor(most: number, areLargestFirst: boolean) {
    this.#most = most;
    this.#areLargestFirst = areLargestFirst;
  }

  add(records: RecordColumns, place: number, a: number, b: number): void {
    this.count += 1;
    if (this.#most === 0 || (!this.#areLargestFirst && this.#flips.length >= this.#most)) return;
    const group = records.groups.at(place);
    this.#flips.push({
      record: records.keyAt(place),
      index: records.indexAt(place),
      ...(group === undefined ? {} : { group }),
      a,
      b,
    });
    if (this.#flips.length > 2 * this.#most + 100) this.#flips = this.listed();
  }

  /** Changes of equal size are in the order of records. */
  listed(): Flip[] {
    const flips = this.#areLargestFirst
      ? this.#flips.toSorted((one, other) => Math.abs(other.b - other.a) - Math.abs(one.b - one.a))
      : this.#flips;
    return flips.slice(0, this.#most);
  }
}
