const utf8 = new TextEncoder();

/** A growing buffer to encode a module into. */
export class ByteWriter {
  length = 0;
  #buffer: Uint8Array;

  /** @param capacity Initial size in bytes; it doubles when it is used up. */
  constructor(capacity = 64) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Makes room for `count` more bytes and returns the buffer, which the next call may replace. */
  reserve(count: number): Uint8Array {
    if (this.length + count > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(2 * this.#buffer.length, this.length + count));
      grown.set(this.#buffer.subarray(0, this.length));
      this.#buffer = grown;
    }
    return this.#buffer;
  }

  u8(value: number): this {
    this.reserve(1)[this.length++] = value;
    return this;
  }

  /** Unsigned LEB128 of an integer in [0, 2^53). */
  u32(value: number): this {
    const buffer = this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      buffer[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    buffer[this.length++] = rest;
    return this;
  }

  /** Signed LEB128 of an integer in [-2^53, 2^53]: constants of both widths. */
  signed(value: number): this {
    const buffer = this.reserve(10);
    let rest = value;
    while (rest < -0x40 || rest > 0x3f) {
      // Computed so that the remainder is never negative.
      const low = ((rest % 0x80) + 0x80) % 0x80;
      buffer[this.length++] = low | 0x80;
      rest = (rest - low) / 0x80;
    }
    buffer[this.length++] = rest & 0x7f;
    return this;
  }

  /** Bytes, unchanged. */
  raw(bytes: ArrayLike<number>): this {
    this.reserve(bytes.length).set(bytes, this.length);
    this.length += bytes.length;
    return this;
  }

  /** `source[start, end)`, without creating a view for short ranges. */
  copy(source: Uint8Array, start: number, end: number): this {
    const count = end - start;
    const buffer = this.reserve(count);
    if (count > 128) {
      buffer.set(source.subarray(start, end), this.length);
    } else {
      for (let from = start, to = this.length; from < end; from += 1, to += 1) {
        buffer[to] = source[from]!;
      }
    }
    this.length += count;
    return this;
  }

  /** A length-prefixed UTF-8 name. */
  name(text: string): this {
    const encoded = utf8.encode(text);
    return this.u32(encoded.length).raw(encoded);
  }

  /** A section: id, size, content. */
  section(id: number, content: ByteWriter): this {
    this.u8(id).u32(content.length);
    return this.raw(content.view());
  }

  /** The bytes written so far; valid until the next write. */
  view(): Uint8Array {
    return this.#buffer.subarray(0, this.length);
  }

  /** A copy of the bytes written so far. */
  finish(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.view());
  }
}
