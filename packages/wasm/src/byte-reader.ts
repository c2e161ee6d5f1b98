import { DecodeError } from './decode-error.js';

// `ignoreBOM` keeps a leading U+FEFF, which is part of a name like any other character.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A position in the module's bytes that moves forward as values are read. Offsets count from the module's start. */
export class ByteReader {
  /**
   * @param bytes The whole module; read in place, never copied or changed.
   * @param offset Start offset.
   * @param end Reading at or beyond this offset fails.
   */
  constructor(
    readonly bytes: Uint8Array,
    public offset = 0,
    public end: number = bytes.length,
  ) {}

  get remaining(): number {
    return this.end - this.offset;
  }

  /** Throws `DECODE_TRUNCATED` unless `count` more bytes are available. */
  need(count: number, what: string): void {
    if (count > this.remaining) {
      throw new DecodeError(
        'DECODE_TRUNCATED',
        this.offset,
        `Cannot read ${what}: ${count} bytes needed, ${this.remaining} left`,
      );
    }
  }

  /** Skips `count` bytes. */
  skip(count: number, what: string): void {
    this.need(count, what);
    this.offset += count;
  }

  u8(what: string): number {
    if (this.offset >= this.end) this.need(1, what);
    return this.bytes[this.offset++]!;
  }

  /** Unsigned 32-bit LEB128. */
  u32(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.u8(what);
      // The fifth byte holds the top 4 of 32 bits.
      if (shift === 28 && byte > 0x0f) this.#overlong(start, 32, what);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** Unsigned 64-bit LEB128, exact up to 2^53. */
  u64(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8(what);
      // The tenth byte holds the top one of 64 bits.
      if (scale === 2 ** 63 && byte > 1) this.#overlong(start, 64, what);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  /** Signed 33-bit LEB128: heap types and block types. */
  s33(what: string): number {
    const start = this.offset;
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.u8(what);
      // The fifth byte holds the top 5 of 33 bits; its other two are the sign extension.
      if (scale === 2 ** 28 && ((byte ^ 0x40) - 0x30) >>> 0 >= 0x20)
        this.#overlong(start, 33, what);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return (byte & 0x40) === 0 ? value : value - scale * 0x80;
    }
  }

  /** Reads the count of a vector whose entries take at least `entryBytes` each, so that no count can exceed the remaining bytes. */
  count(what: string, entryBytes = 1): number {
    const at = this.offset;
    const count = this.u32(`count of ${what}`);
    if (count * entryBytes > this.remaining) {
      throw new DecodeError(
        'DECODE_TRUNCATED',
        at,
        `Cannot read ${what}: ${count} entries do not fit in ${this.remaining} bytes`,
      );
    }
    return count;
  }

  /** A vector whose entries take at least `entryBytes` each. */
  vector<Item>(what: string, read: (reader: this) => Item, entryBytes = 1): Item[] {
    const items: Item[] = [];
    for (let left = this.count(what, entryBytes); left > 0; left -= 1) items.push(read(this));
    return items;
  }

  /** A length-prefixed UTF-8 name. */
  name(what: string): string {
    const length = this.count(what);
    const at = this.offset;
    this.offset += length;
    try {
      return utf8.decode(this.bytes.subarray(at, this.offset));
    } catch {
      throw new DecodeError('DECODE_UTF8', at, `Cannot read ${what}: not UTF-8`);
    }
  }

  #overlong(offset: number, bits: number, what: string): never {
    throw new DecodeError('DECODE_OVERLONG', offset, `Cannot read ${what}: more than ${bits} bits`);
  }
}
