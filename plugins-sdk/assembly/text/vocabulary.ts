import { isSpace } from "./characters";

/** What is kept of each piece: where it is, its length and its hash. */
const ADDRESS: i32 = 0;
const LENGTH: i32 = 1;
const HASH: i32 = 2;
const FIELDS: i32 = 3;

/**
 * Gives each distinct piece of text a number, from 0 on, so that words are compared as numbers.
 *
 * Pieces stay where they are in their text; none becomes a string of its own.
 */
@final
export class Vocabulary {
  private count: i32 = 0;
  private entries: StaticArray<u32>;
  /** Number of a piece plus one, by hash; 0 where there is none. A power of two, at most half full. */
  private slots: StaticArray<i32>;
  /** Keeps the texts alive. */
  private texts: string[] = [];

  /** @param expected How many distinct pieces may come; it grows if there are more. */
  constructor(expected: i32 = 64) {
    const capacity = 1 << (32 - clz(max(expected, 8) - 1));
    this.entries = new StaticArray<u32>(capacity * FIELDS);
    this.slots = new StaticArray<i32>(capacity * 2);
  }

  /** How many distinct pieces there are. */
  get size(): i32 {
    return this.count;
  }

  /** The numbers of the words between white space: those of Python's `text.split()`. */
  split(text: string): StaticArray<i32> {
    const length = text.length;
    this.texts.push(text);
    const numbers = new StaticArray<i32>((length + 1) >> 1);
    let words = 0;
    let index = 0;
    while (true) {
      // No space lies beyond the BMP, so units do.
      while (index < length && isSpace(load<u16>(unitAt(text, index)))) index++;
      if (index == length) break;
      const start = index;
      let hash = FIRST_HASH;
      while (index < length) {
        const unit = <i32>load<u16>(unitAt(text, index));
        if (isSpace(unit)) break;
        hash = addToHash(hash, unit);
        index++;
      }
      unchecked((numbers[words++] = this.find(unitAt(text, start), index - start, hash)));
    }
    return numbers.slice<StaticArray<i32>>(0, words);
  }

  /** The number of `text.substring(start, end)`. */
  numberOf(text: string, start: i32, end: i32): i32 {
    const last = this.texts.length - 1;
    if (last < 0 || unchecked(this.texts[last]) !== text) this.texts.push(text);
    let hash = FIRST_HASH;
    for (let index = start; index < end; index++) hash = addToHash(hash, load<u16>(unitAt(text, index)));
    return this.find(unitAt(text, start), end - start, hash);
  }

  private find(address: usize, length: i32, hash: u32): i32 {
    const mask = this.slots.length - 1;
    let slot = <i32>(hash ^ (hash >>> 15)) & mask;
    while (true) {
      const number = unchecked(this.slots[slot]) - 1;
      if (number < 0) break;
      const entry = number * FIELDS;
      if (
        unchecked(this.entries[entry + HASH]) == hash && unchecked(this.entries[entry + LENGTH]) == <u32>length &&
        sameUnits(unchecked(this.entries[entry + ADDRESS]), address, length)
      ) {
        return number;
      }
      slot = (slot + 1) & mask;
    }
    const entry = this.count * FIELDS;
    unchecked((this.entries[entry + ADDRESS] = <u32>address));
    unchecked((this.entries[entry + LENGTH] = <u32>length));
    unchecked((this.entries[entry + HASH] = hash));
    unchecked((this.slots[slot] = ++this.count));
    if (this.count * FIELDS == this.entries.length) this.grow();
    return this.count - 1;
  }

  private grow(): void {
    const entries = new StaticArray<u32>(this.entries.length * 2);
    memory.copy(changetype<usize>(entries), changetype<usize>(this.entries), <usize>this.entries.length << 2);
    this.entries = entries;
    const slots = new StaticArray<i32>(this.slots.length * 2);
    const mask = slots.length - 1;
    for (let number = 0; number < this.count; number++) {
      const hash = unchecked(entries[number * FIELDS + HASH]);
      let slot = <i32>(hash ^ (hash >>> 15)) & mask;
      while (unchecked(slots[slot]) != 0) slot = (slot + 1) & mask;
      unchecked((slots[slot] = number + 1));
    }
    this.slots = slots;
  }
}

/** FNV-1a, by UTF-16 units. */
const FIRST_HASH: u32 = 0x811c9dc5;

// @ts-ignore: decorator
@inline
function addToHash(hash: u32, unit: i32): u32 {
  return (hash ^ <u32>unit) * 0x01000193;
}

// @ts-ignore: decorator
@inline
function unitAt(text: string, index: i32): usize {
  return changetype<usize>(text) + (<usize>index << 1);
}

function sameUnits(a: usize, b: usize, length: i32): bool {
  for (let index: usize = 0; index < <usize>length << 1; index += 2) {
    if (load<u16>(a + index) != load<u16>(b + index)) return false;
  }
  return true;
}
