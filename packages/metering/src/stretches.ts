import { doubled } from './doubled.js';

/** Above every weight of a stretch. */
const MAX_WEIGHT = 2 ** 20;

/** Straight stretches of code, with one entry in each array. Up to 2^24 of them fit the sorting key. */
export class Stretches {
  count = 0;
  from = new Int32Array(256);
  to = new Int32Array(256);
  cost = new Float64Array(256);
  /** The event after which it begins; -1 is the function's entry. */
  after = new Int32Array(256);
  /** It ends in a trap: the count after it is unobservable. */
  traps = new Uint8Array(256);
  #keys = new Float64Array(256);

  /** @param weight How often it runs compared to the others, judged by the structure. */
  add(from: number, to: number, cost: number, after: number, weight: number, traps: boolean): void {
    const index = this.count++;
    if (index === this.from.length) this.#grow();
    this.from[index] = from;
    this.to[index] = to;
    this.cost[index] = cost;
    this.after[index] = after;
    this.traps[index] = traps ? 1 : 0;
    // Among equals, later code comes first: charges then move towards the entry, and are prepaid.
    this.#keys[index] = (MAX_WEIGHT - weight) * 2 ** 24 - index;
  }

  /** Calls `visit` with each stretch, most frequent first. */
  byWeight(visit: (index: number) => void): void {
    const order = this.#keys.subarray(0, this.count).sort();
    for (const key of order) visit(Math.ceil(key / 2 ** 24) * 2 ** 24 - key);
  }

  #grow(): void {
    this.from = doubled(this.from);
    this.to = doubled(this.to);
    this.cost = doubled(this.cost);
    this.after = doubled(this.after);
    this.traps = doubled(this.traps);
    this.#keys = doubled(this.#keys);
  }
}
