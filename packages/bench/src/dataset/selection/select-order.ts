import { RandomNumbers } from './random-numbers.js';

/** The selection of records and their order. */
export interface Selection {
  /** Size of the random sample. */
  readonly sample?: { readonly n: number; readonly seed: number } | undefined;
  /** Shuffle the order. */
  readonly shuffle?: { readonly seed: number } | undefined;
}

/**
 * Chooses records and their order: the first `n` steps of a Fisher-Yates shuffle draw a sample, which comes in the order of the data set unless
 * it is shuffled itself. A larger sample of the same seed has all records of a smaller one.
 *
 * Memory: 4 bytes per record.
 *
 * @returns Numbers of records; undefined for all of them, in their order.
 */
export function selectOrder(
  count: number,
  { sample, shuffle }: Selection,
): Uint32Array | undefined {
  if (sample === undefined && shuffle === undefined) return undefined;
  let order = new Uint32Array(count);
  for (let record = 0; record < count; record += 1) order[record] = record;
  if (sample !== undefined && sample.n < count) {
    mix(order, sample.n, new RandomNumbers(`testbench sample v1 ${sample.seed}`));
    order = order.slice(0, sample.n).sort();
  }
  if (shuffle !== undefined) {
    mix(order, order.length, new RandomNumbers(`testbench shuffle v1 ${shuffle.seed}`));
  }
  return order;
}

/** Swaps a random one of the remaining records into each of the first places. */
function mix(order: Uint32Array, places: number, random: RandomNumbers): void {
  for (let place = 0; place < places; place += 1) {
    const other = place + random.below(order.length - place);
    const record = order[place]!;
    order[place] = order[other]!;
    order[other] = record;
  }
}
