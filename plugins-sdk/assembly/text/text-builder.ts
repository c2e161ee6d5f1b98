/**
 * Puts a text together piece by piece.
 *
 * `text += piece` copies the whole text each time, and the copies stay until the call ends: with thousands of
 * pieces that is more memory than a plugin has.
 */
@final
export class TextBuilder {
  private buffer: StaticArray<u16> = new StaticArray<u16>(128);
  private size: i32 = 0;

  /** Appends a whole text. */
  add(text: string): TextBuilder {
    return this.addPart(text, 0, text.length);
  }

  /** Appends `text.substring(start, end)` without making it. */
  addPart(text: string, start: i32, end: i32): TextBuilder {
    const length = end - start;
    if (length <= 0) return this;
    this.reserve(length);
    memory.copy(this.end(), changetype<usize>(text) + (<usize>start << 1), <usize>length << 1);
    this.size += length;
    return this;
  }

  /** Appends one UTF-16 unit. */
  addUnit(unit: i32): TextBuilder {
    this.reserve(1);
    unchecked((this.buffer[this.size++] = <u16>unit));
    return this;
  }

  /** Appends one code point. */
  addPoint(point: i32): TextBuilder {
    if (point < 0x10000) return this.addUnit(point);
    return this.addUnit(0xd7c0 + (point >>> 10)).addUnit(0xdc00 | (point & 0x3ff));
  }

  /** UTF-16 units so far. */
  get length(): i32 {
    return this.size;
  }

  /** Forgets all that was appended. */
  clear(): void {
    this.size = 0;
  }

  /** All that was appended. */
  toString(): string {
    return String.UTF16.decodeUnsafe(changetype<usize>(this.buffer), <usize>this.size << 1);
  }

  private end(): usize {
    return changetype<usize>(this.buffer) + (<usize>this.size << 1);
  }

  private reserve(more: i32): void {
    const needed = this.size + more;
    if (needed <= this.buffer.length) return;
    const larger = new StaticArray<u16>(max(needed, this.buffer.length * 2));
    memory.copy(changetype<usize>(larger), changetype<usize>(this.buffer), <usize>this.size << 1);
    this.buffer = larger;
  }
}

/** The texts with a separator between them: `join` of the standard library is quadratic where size is optimised for. */
export function joinTexts(texts: string[], separator: string): string {
  const builder = new TextBuilder();
  for (let index = 0; index < texts.length; index++) {
    if (index > 0) builder.add(separator);
    builder.add(texts[index]);
  }
  return builder.toString();
}
