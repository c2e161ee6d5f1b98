import { hashText, randomSeed } from '../dataset/store/hash-text.js';

const FIRST_BYTES = 4096;
const FIRST_TEXTS = 256;

/**
 * Texts stored one after another as UTF-8: ids take the bytes of their text, plus four each for the end offset. Lone
 * surrogates become U+FFFD.
 */
export class TextList {
  #bytes = Buffer.alloc(FIRST_BYTES);
  #ends = new Float64Array(FIRST_TEXTS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  add(text: string): void {
    const start = this.#length === 0 ? 0 : this.#ends[this.#length - 1]!;
    const size = Buffer.byteLength(text);
    if (start + size > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(start + size, Math.ceil(1.5 * this.#bytes.length)));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    if (this.#length === this.#ends.length) this.#ends = enlarge(this.#ends, Float64Array);
    this.#bytes.write(text, start);
    this.#ends[this.#length] = start + size;
    this.#length += 1;
  }

  at(place: number): string {
    return this.#bytes.toString('utf8', place === 0 ? 0 : this.#ends[place - 1], this.#ends[place]);
  }
}

/** Distinct texts, each stored once, numbered from 1 in the order in which they were added; 0 means none. */
export class TextPool {
  readonly #texts = new TextList();
  readonly #index = new PlaceIndex((place) => this.#texts.at(place));

  /** Number of texts. */
  get size(): number {
    return this.#texts.length;
  }

  /** Number of a text, which is added if it is new. */
  number(given: string): number {
    const text = given.toWellFormed();
    const found = this.#index.find(text);
    if (found !== undefined) return found + 1;
    this.#texts.add(text);
    this.#index.add(text, this.#texts.length - 1);
    return this.#texts.length;
  }

  /** undefined for 0. */
  at(number: number): string | undefined {
    return number === 0 ? undefined : this.#texts.at(number - 1);
  }
}

/** Finds places by their keys, in about ten bytes each: the keys themselves are stored elsewhere. */
export class PlaceIndex {
  readonly #keyAt: (place: number) => string;
  readonly #seed = randomSeed();
  /** A place from 1, or 0 for none; at most half full. */
  #slots = new Uint32Array(2 * FIRST_TEXTS);
  #hashes = new Uint32Array(2 * FIRST_TEXTS);
  #count = 0;

  constructor(keyAt: (place: number) => string) {
    this.#keyAt = keyAt;
  }

  find(key: string): number | undefined {
    const hash = this.#hash(key);
    const mask = this.#slots.length - 1;
    for (let slot = hash & mask; this.#slots[slot] !== 0; slot = (slot + 1) & mask) {
      const place = this.#slots[slot]! - 1;
      if (this.#hashes[slot] === hash && this.#keyAt(place) === key) return place;
    }
    return undefined;
  }

  /** Adds the place of a new key. */
  add(key: string, place: number): void {
    if (2 * this.#count >= this.#slots.length) this.#grow();
    this.#put(this.#hash(key), place + 1);
    this.#count += 1;
  }

  #hash(key: string): number {
    return hashText(key, this.#seed) >>> 0;
  }

  #put(hash: number, entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry;
    this.#hashes[slot] = hash;
  }

  #grow(): void {
    const [slots, hashes] = [this.#slots, this.#hashes];
    this.#slots = new Uint32Array(2 * slots.length);
    this.#hashes = new Uint32Array(2 * slots.length);
    for (const [slot, entry] of slots.entries()) if (entry !== 0) this.#put(hashes[slot]!, entry);
  }
}

/** A name for each record, or none, in four bytes each. */
export class NameColumn {
  readonly pool = new TextPool();
  /** Empty as long as no record has a name. */
  #numbers = new Uint32Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Numbers in `pool` of all records, 0 for none; the memory is shared, not copied. */
  get numbers(): Uint32Array {
    this.#makeRoom();
    return this.#numbers.subarray(0, this.#length);
  }

  add(name: string | undefined): void {
    this.#length += 1;
    if (name === undefined) return;
    this.#makeRoom();
    this.#numbers[this.#length - 1] = this.pool.number(name);
  }

  at(place: number): string | undefined {
    return this.pool.at(this.#numbers[place] ?? 0);
  }

  /** Makes room for all records so far: new places are 0. */
  #makeRoom(): void {
    if (this.#length <= this.#numbers.length) return;
    const larger = new Uint32Array(Math.max(this.#length, 2 * this.#numbers.length, FIRST_TEXTS));
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}

function enlarge<List extends Float64Array | Uint32Array>(
  list: List,
  Kind: new (length: number) => List,
): List {
  const larger = new Kind(2 * list.length);
  larger.set(list);
  return larger;
}
