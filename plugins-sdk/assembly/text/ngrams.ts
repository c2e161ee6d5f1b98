/** Odd, and its bits are in no order: the golden ratio. */
const MULTIPLIER: u64 = 0x9e3779b97f4a7c15;

/**
 * Counts the n-grams that an answer has in common with references, for n = 1, 2, …: call `next` for each.
 *
 * Takes numbers: code points, or words of a `Vocabulary`. An n-gram is the number of its first n - 1 parts together with its last part,
 * so that no n-gram is ever put together; and one whose beginning the other side does not have is not looked at again.
 */
@final
export class NgramMatcher {
  /** Length of the n-grams that were counted last. */
  order: i32 = 0;
  /** How many of the answer's are in the references, each at most as often as in the one that has it most often. */
  matches: i32 = 0;
  /** The number of each beginning; -1 if the other side does not have it. */
  private givenPrefixes: StaticArray<i32>;
  private referencePrefixes: StaticArray<i32>[];
  /** Open addressing: key plus one, or 0, and the number of the n-gram. A power of two, at most half full. */
  private keys: StaticArray<u64>;
  private numbers: StaticArray<i32>;
  private mask: i32;
  private shift: u64;
  /** By number: how often the n-gram may still match, how often the current reference has it, whether the answer has it. */
  private left: StaticArray<i32>;
  private own: StaticArray<i32>;
  private found: StaticArray<bool>;
  private count: i32 = 0;

  constructor(private given: StaticArray<i32>, private references: StaticArray<i32>[]) {
    const prefixes: StaticArray<i32>[] = [];
    let length = 0;
    for (let index = 0; index < references.length; index++) {
      length += references[index].length;
      prefixes.push(new StaticArray<i32>(references[index].length));
    }
    const bits = 33 - clz(max(length, 4) - 1);
    this.referencePrefixes = prefixes;
    this.givenPrefixes = new StaticArray<i32>(given.length);
    this.mask = (1 << bits) - 1;
    this.shift = 64 - bits;
    this.keys = new StaticArray<u64>(1 << bits);
    this.numbers = new StaticArray<i32>(1 << bits);
    this.left = new StaticArray<i32>(length);
    this.own = new StaticArray<i32>(references.length > 1 ? length : 0);
    this.found = new StaticArray<bool>(length);
  }

  /** How many n-grams the answer has. */
  get total(): i32 {
    return max(0, this.given.length - this.order + 1);
  }

  /** Goes on to n-grams that are longer by one; returns `matches`. */
  next(): i32 {
    const order = ++this.order;
    if (order > 1) {
      if (this.matches == 0) return 0;
      this.dropUnmatched();
    }
    this.addReferences();
    let matches = 0;
    const given = this.given;
    const prefixes = this.givenPrefixes;
    const last = given.length - order;
    for (let start = 0; start <= last; start++) {
      const prefix = unchecked(prefixes[start]);
      if (prefix < 0) continue;
      const slot = this.slotOf(prefix, unchecked(given[start + order - 1]));
      const number = unchecked(this.keys[slot]) == 0 ? -1 : unchecked(this.numbers[slot]);
      unchecked((prefixes[start] = number));
      if (number < 0) continue;
      unchecked((this.found[number] = true));
      const left = unchecked(this.left[number]);
      if (left == 0) continue;
      unchecked((this.left[number] = left - 1));
      matches++;
    }
    this.matches = matches;
    return matches;
  }

  /** Forgets the beginnings that only the references have, and empties the table. */
  private dropUnmatched(): void {
    for (let index = 0; index < this.referencePrefixes.length; index++) {
      const prefixes = this.referencePrefixes[index];
      const last = prefixes.length - this.order;
      for (let start = 0; start <= last; start++) {
        const prefix = unchecked(prefixes[start]);
        if (prefix >= 0 && !unchecked(this.found[prefix])) unchecked((prefixes[start] = -1));
      }
    }
    memory.fill(changetype<usize>(this.keys), 0, <usize>this.keys.length << 3);
    memory.fill(changetype<usize>(this.left), 0, <usize>this.count << 2);
    memory.fill(changetype<usize>(this.found), 0, <usize>this.count);
    this.count = 0;
  }

  /** Numbers the references' n-grams, and counts how often each may match. */
  private addReferences(): void {
    const several = this.references.length > 1;
    for (let index = 0; index < this.references.length; index++) {
      const reference = this.references[index];
      const prefixes = this.referencePrefixes[index];
      const counts = several ? this.own : this.left;
      const last = reference.length - this.order;
      for (let start = 0; start <= last; start++) {
        const prefix = unchecked(prefixes[start]);
        if (prefix < 0) continue;
        const number = this.add(prefix, unchecked(reference[start + this.order - 1]));
        unchecked((prefixes[start] = number));
        unchecked(counts[number]++);
      }
      if (!several) return;
      for (let start = 0; start <= last; start++) {
        const number = unchecked(prefixes[start]);
        if (number < 0) continue;
        unchecked((this.left[number] = max(this.left[number], counts[number])));
        unchecked((counts[number] = 0));
      }
    }
  }

  private add(prefix: i32, part: i32): i32 {
    const slot = this.slotOf(prefix, part);
    if (unchecked(this.keys[slot]) == 0) {
      unchecked((this.keys[slot] = keyOf(prefix, part)));
      unchecked((this.numbers[slot] = this.count++));
    }
    return unchecked(this.numbers[slot]);
  }

  /** Where the n-gram is, or where it would be. */
  @inline
  private slotOf(prefix: i32, part: i32): i32 {
    const key = keyOf(prefix, part);
    let slot = <i32>((key * MULTIPLIER) >> this.shift);
    while (true) {
      const found = unchecked(this.keys[slot]);
      if (found == key || found == 0) return slot;
      slot = (slot + 1) & this.mask;
    }
  }
}

// @ts-ignore: decorator
@inline
function keyOf(prefix: i32, part: i32): u64 {
  return (((<u64>prefix) << 32) | <u64><u32>part) + 1;
}
