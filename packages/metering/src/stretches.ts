import { doubled } from './doubled.js';

/** Above every weight of a stretch. */
const MAX_WEIGHT = 2 ** 20;

/** Straight stretches of code, one entry in each array. Their numbers fit the sorting key up to 2^24. */
export class Stretches {
  count = 0;
  from = new Int32Array(256);
  to = new Int32Array(256);
  cost = new Float64Array(256);
  /** The event behind which it begins; -1 is the function's entry. */
  after = new Int32Array(256);
  /** It ends in a trap: the count after it is unobservable. */
  traps = new Uint8Array(256);
  #keys = new Float64Array(256);

  /** @param weight How often it runs compared to the others, as far as the structure shows. */
  add(from: number, to: number, cost: number, after: number, weight: number, traps: boolean): void {
    const index = this.count++;
    if (index === this.from.length) this.#grow();
    this.from[index] = from;
    this.to[index] = to;
    this.cost[index] = cost;
    this.after[index] = after;
    this.traps[index] = traps ? 1 : 0;
    // Later code first among equals: charges then move towards the entry, and are paid ahead.
    this.#keys[index] = (MAX_WEIGHT - weight) * 2 ** 24 - index;
  }

  /** Calls `visit` with each stretch, those that run most often first. */
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
