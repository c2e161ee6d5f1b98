import { createHash, randomBytes } from 'node:crypto';

const FIRST_CAPACITY = 1024;

/** Location of a record's rows. */
export interface RowPlace {
  readonly segment: number;
  readonly offset: number;
  readonly length: number;
}

/** Finds the rows of records by their ids: 20 bytes per record. Equal hashes are possible; readers of the rows can tell them apart. */
export class RowPlaces {
  /** Prevents anyone from preparing ids with equal hashes. */
  readonly #seed = randomBytes(16);
  #hashes = new Float64Array(FIRST_CAPACITY);
  /** Offset of the first row, counted over all segments. */
  #offsets = new Float64Array(FIRST_CAPACITY);
  #order = new Uint32Array(0);
  #count = 0;
  /** Start of each segment, and the end of the last one. */
  readonly #bases: number[] = [0];

  /** Must be called in the order of the rows. */
  add(id: string, segment: number, offset: number): void {
    if (this.#count === this.#hashes.length) {
      this.#hashes = grown(this.#hashes);
      this.#offsets = grown(this.#offsets);
    }
    this.#hashes[this.#count] = this.#hash(id);
    this.#offsets[this.#count] = this.#bases[segment]! + offset;
    this.#count += 1;
  }

  /** @param length Length of the segment that ends, in bytes. */
  endSegment(length: number): void {
    this.#bases.push(this.#bases.at(-1)! + length);
  }

  /** Must be called once, after the last segment. */
  finish(): void {
    const hashes = this.#hashes;
    this.#order = Uint32Array.from({ length: this.#count }, (_, number) => number).sort(
      (one, other) => hashes[one]! - hashes[other]!,
    );
  }

  /** Places of records whose ids have the same hash: almost always exactly one. */
  *find(id: string): Generator<RowPlace> {
    const hash = this.#hash(id);
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#hashes[this.#order[middle]!]! < hash) low = middle + 1;
      else high = middle;
    }
    for (; low < this.#count && this.#hashes[this.#order[low]!] === hash; low += 1) {
      yield this.#place(this.#order[low]!);
    }
  }

  #place(number: number): RowPlace {
    const start = this.#offsets[number]!;
    let low = 0;
    let high = this.#bases.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (this.#bases[middle]! <= start) low = middle;
      else high = middle;
    }
    const next = number + 1 < this.#count ? this.#offsets[number + 1]! : Number.POSITIVE_INFINITY;
    const end = Math.min(next, this.#bases[low + 1]!);
    return { segment: low, offset: start - this.#bases[low]!, length: end - start };
  }

  #hash(id: string): number {
    return createHash('sha256').update(this.#seed).update(id).digest().readUIntBE(0, 6);
  }
}

function grown(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * array.length);
  larger.set(array);
  return larger;
}
