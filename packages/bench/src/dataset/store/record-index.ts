import { hashText, randomSeed } from './hash-text.js';

const CHUNK_RECORDS = 65_536;
/** Hashes are examined in parts of this many: each part is one pass over all of them, and takes 16 bytes per hash meanwhile. */
const PART_RECORDS = 256 * 1024;
/** For a large set, the parts are still small compared with the index. */
const MAX_PARTS = 64;

/** 16 bytes per record. */
class Chunk {
  readonly offsetLow = new Uint32Array(CHUNK_RECORDS);
  readonly offsetHigh = new Uint16Array(CHUNK_RECORDS);
  readonly place = new Uint32Array(CHUNK_RECORDS);
  hashLow: Uint32Array | undefined = new Uint32Array(CHUNK_RECORDS);
  hashHigh: Uint16Array | undefined = new Uint16Array(CHUNK_RECORDS);
}

/**
 * The place of each record and a hash of its id: 16 bytes per record, and 10 once the ids are checked.
 *
 * The ids themselves are not kept. Equal hashes mean that two ids may be equal; reading the records again shows whether they are.
 */
export class RecordIndex {
  readonly #chunks: Chunk[] = [];
  #count = 0;
  readonly #seed = randomSeed();

  get count(): number {
    return this.#count;
  }

  /**
   * @param offset In bytes, below 2^48.
   * @param place Below 2^32.
   */
  add(offset: number, place: number, id: string): void {
    const at = this.#count % CHUNK_RECORDS;
    if (at === 0) this.#chunks.push(new Chunk());
    const chunk = this.#chunks.at(-1)!;
    chunk.offsetLow[at] = offset % 2 ** 32;
    chunk.offsetHigh[at] = Math.floor(offset / 2 ** 32);
    chunk.place[at] = place;
    const hash = this.hash(id);
    chunk.hashLow![at] = hash % 2 ** 32;
    chunk.hashHigh![at] = Math.floor(hash / 2 ** 32);
    this.#count += 1;
  }

  offset(record: number): number {
    const chunk = this.#chunks[Math.floor(record / CHUNK_RECORDS)]!;
    const at = record % CHUNK_RECORDS;
    return chunk.offsetHigh[at]! * 2 ** 32 + chunk.offsetLow[at]!;
  }

  place(record: number): number {
    return this.#chunks[Math.floor(record / CHUNK_RECORDS)]!.place[record % CHUNK_RECORDS]!;
  }

  /** 48 bits. */
  hash(id: string): number {
    return hashText(id, this.#seed);
  }

  /** Hashes that several records have. Must be called once, after the last record; the hashes are then discarded. */
  takeEqualHashes(): ReadonlySet<number> {
    const equal = new Set<number>();
    const parts = Math.min(MAX_PARTS, Math.ceil(this.#count / PART_RECORDS));
    for (let part = 0; part < parts; part += 1) {
      const hashes = this.#hashesOf(part, parts).sort();
      for (let at = 1; at < hashes.length; at += 1) {
        if (hashes[at] === hashes[at - 1]) equal.add(hashes[at]!);
      }
    }
    for (const chunk of this.#chunks) {
      chunk.hashLow = undefined;
      chunk.hashHigh = undefined;
    }
    return equal;
  }

  /** A part of the hashes, unordered: equal ones are in the same part. */
  #hashesOf(part: number, parts: number): Float64Array {
    let hashes = new Float64Array(Math.ceil((1.25 * this.#count) / parts) + 64);
    let found = 0;
    for (const [number, { hashLow, hashHigh }] of this.#chunks.entries()) {
      const end = Math.min(CHUNK_RECORDS, this.#count - number * CHUNK_RECORDS);
      for (let at = 0; at < end; at += 1) {
        const low = hashLow![at]!;
        if (low % parts !== part) continue;
        if (found === hashes.length) {
          const larger = new Float64Array(2 * found);
          larger.set(hashes);
          hashes = larger;
        }
        hashes[found] = hashHigh![at]! * 2 ** 32 + low;
        found += 1;
      }
    }
    return hashes.subarray(0, found);
  }
}
