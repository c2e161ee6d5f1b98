import { mix } from "./shingles";

/** Chance at which a pair right at the threshold is to be found. */
const CHANCE: f64 = 0.98;

function chance(similarity: f64, rows: i32, bands: i32): f64 {
  return 1 - Math.pow(1 - Math.pow(similarity, rows), bands);
}

/** True if so many permutations find pairs of that similarity. */
export function areEnough(permutations: i32, threshold: f64): bool {
  return chance(threshold, 1, permutations) >= CHANCE;
}

/**
 * Finds sets that are probably similar: each set is reduced to the least of its hashes under each of many permutations, and two sets are
 * compared if a band of these are all the same.
 *
 * Two sets agree in one least hash with a probability that is their similarity s, and in a band of r of b with 1 - (1 - s^r)^b.
 *
 * @see A. Z. Broder, On the resemblance and containment of documents, 1997
 */
@final
export class MinHashIndex {
  private bands: i32 = 1;
  private rows: i32 = 1;
  private factors: StaticArray<u64>;
  private buckets: Map<u64, i32[]> = new Map();

  constructor(permutations: i32, threshold: f64, seed: i32) {
    const factors = new StaticArray<u64>(permutations);
    let state = mix(<u64>seed + 0x9e3779b97f4a7c15);
    for (let index = 0; index < permutations; index++) {
      state = mix(state + 0x9e3779b97f4a7c15);
      factors[index] = state | 1;
    }
    this.factors = factors;
    // The longest bands that still find nearly all (98 of 100) pairs at the threshold itself.
    this.bands = permutations;
    for (let rows = 2; rows <= permutations; rows++) {
      const bands = permutations / rows;
      if (chance(threshold, rows, bands) < CHANCE) break;
      this.rows = rows;
      this.bands = bands;
    }
  }

  /** Numbers of the sets that were added and share a band with this one, each once. */
  candidates(keys: u64[]): i32[] {
    const found: i32[] = [];
    const seen = new Set<i32>();
    for (let index = 0; index < keys.length; index++) {
      if (!this.buckets.has(keys[index])) continue;
      const bucket = this.buckets.get(keys[index]);
      for (let place = 0; place < bucket.length; place++) {
        if (seen.has(bucket[place])) continue;
        seen.add(bucket[place]);
        found.push(bucket[place]);
      }
    }
    return found;
  }

  add(number: i32, keys: u64[]): void {
    for (let index = 0; index < keys.length; index++) {
      if (this.buckets.has(keys[index])) this.buckets.get(keys[index]).push(number);
      else this.buckets.set(keys[index], [number]);
    }
  }

  /** One key for each band. */
  keysOf(hashes: u64[]): u64[] {
    const keys: u64[] = [];
    for (let band = 0; band < this.bands; band++) {
      let key = mix(<u64>band + 1);
      for (let row = 0; row < this.rows; row++) {
        const factor = unchecked(this.factors[band * this.rows + row]);
        let least = u64.MAX_VALUE;
        for (let index = 0; index < hashes.length; index++) least = min(least, mix(unchecked(hashes[index]) * factor));
        key = mix(key ^ least);
      }
      keys.push(key);
    }
    return keys;
  }
}
