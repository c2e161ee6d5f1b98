import { DecodeError } from './decode-error.js';

// `ignoreBOM` keeps a leading U+FEFF, which is part of a name like any other character.
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A position in the module's bytes that moves forward as values are read. Offsets count from the module's start. */
export class ByteReader {
  /**
   * @param bytes The whole module; read in place, never copied or changed.
   * @param offset Where to begin.
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

  /** Throws `DECODE_TRUNCATED` unless `count` more bytes are there. */
  need(count: number, what: string): void {
    if (count > this.remaining) {
      throw new DecodeError(
        'DECODE_TRUNCATED',
        this.offset,
        `Cannot read ${what}: ${count} bytes needed, ${this.remaining} left`,
      );
    }
  }

  /** Steps over `count` bytes. */
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

  /** Unsigned 64-bit LEB128. */
  u64(what: string): bigint {
    return this.#leb(64, false, what);
  }

  /** Signed 33-bit LEB128: heap types and block types. */
  s33(what: string): number {
    return Number(this.#leb(33, true, what));
  }

  /** Reads the count of a vector whose entries take at least `entryBytes` each, so that no count outgrows the bytes. */
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

  #leb(bits: number, signed: boolean, what: string): bigint {
    const start = this.offset;
    const lastByte = Math.ceil(bits / 7) - 1;
    let value = 0n;
    for (let index = 0; ; index += 1) {
      const byte = this.u8(what);
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (index === lastByte) {
        // The last byte has no continuation bit, and its unused bits must extend the value.
        const used = bits - 7 * lastByte;
        const rest = (byte & 0x7f) >> (signed ? used - 1 : used);
        const all = 0x7f >> (signed ? used - 1 : used);
        if (byte >= 0x80 || (rest !== 0 && !(signed && rest === all))) {
          this.#overlong(start, bits, what);
        }
      }
      if (byte < 0x80) {
        return signed ? BigInt.asIntN(Math.min(64, 7 * (index + 1)), value) : value;
      }
    }
  }

  #overlong(offset: number, bits: number, what: string): never {
    throw new DecodeError('DECODE_OVERLONG', offset, `Cannot read ${what}: more than ${bits} bits`);
  }
}
