/** Receives the bytes of a stream, in order. */
export abstract class ByteSink {
  /** Takes the bytes from an address on; false if that is more than is wanted. */
  abstract take(from: usize, length: i32): bool;
}

/** Bits of the table in which most codes are looked up at once. */
const FAST_BITS: i32 = 9;
const MAX_BITS: i32 = 15;
/** How far back a copy reaches, and how many bytes the sink gets at a time. */
const WINDOW: i32 = 32768;
/** Twice of it: what was written last is still there while the other half is filled. */
const MASK: u32 = 2 * WINDOW - 1;

// @ts-ignore: decorator
@lazy const LENGTH_BASE: StaticArray<i32> = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
// @ts-ignore: decorator
@lazy const LENGTH_EXTRA: StaticArray<i32> = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
// @ts-ignore: decorator
@lazy const DISTANCE_BASE: StaticArray<i32> = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
];
// @ts-ignore: decorator
@lazy const DISTANCE_EXTRA: StaticArray<i32> = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
// @ts-ignore: decorator
@lazy const CODE_ORDER: StaticArray<i32> = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** A canonical Huffman code. @see https://www.rfc-editor.org/rfc/rfc1951#section-3.2.2 */
@final
class Huffman {
  private counts: StaticArray<i32> = new StaticArray<i32>(MAX_BITS + 1);
  private symbols: StaticArray<u16>;
  /** By the next bits: length of the code and symbol, packed; 0 for a code that is longer. */
  private fast: StaticArray<u16> = new StaticArray<u16>(1 << FAST_BITS);

  constructor(size: i32) {
    this.symbols = new StaticArray<u16>(size);
  }

  /** Sets the lengths of the codes; false if no code has them. An incomplete code is allowed where it has one symbol. */
  set(lengths: StaticArray<u8>, from: i32, count: i32): bool {
    const counts = this.counts;
    for (let bits = 0; bits <= MAX_BITS; bits++) unchecked((counts[bits] = 0));
    for (let index = 0; index < count; index++) unchecked(counts[unchecked(lengths[from + index])]++);
    let left = 1;
    for (let bits = 1; bits <= MAX_BITS; bits++) {
      left = (left << 1) - unchecked(counts[bits]);
      if (left < 0) return false;
    }
    const offsets = new StaticArray<i32>(MAX_BITS + 2);
    for (let bits = 1; bits <= MAX_BITS; bits++) unchecked((offsets[bits + 1] = offsets[bits] + counts[bits]));
    const codes = new StaticArray<i32>(MAX_BITS + 2);
    for (let bits = 1; bits <= MAX_BITS; bits++) unchecked((codes[bits + 1] = (codes[bits] + counts[bits]) << 1));
    for (let index = 0; index < this.fast.length; index++) unchecked((this.fast[index] = 0));
    for (let index = 0; index < count; index++) {
      const bits = <i32>unchecked(lengths[from + index]);
      if (bits == 0) continue;
      unchecked((this.symbols[offsets[bits]++] = <u16>index));
      const code = unchecked(codes[bits]++);
      if (bits > FAST_BITS) continue;
      // The stream has the code's first bit lowest.
      let place = 0;
      for (let bit = 0; bit < bits; bit++) place |= ((code >> bit) & 1) << (bits - 1 - bit);
      for (; place < 1 << FAST_BITS; place += 1 << bits) unchecked((this.fast[place] = <u16>((index << 4) | bits)));
    }
    return left == 0 || counts[0] >= count - 1;
  }

  read(from: Inflater): i32 {
    from.need(MAX_BITS);
    const entry = <i32>unchecked(this.fast[from.bits & ((1 << FAST_BITS) - 1)]);
    if (entry != 0) {
      from.drop(entry & 15);
      return entry >> 4;
    }
    let code = 0;
    let first = 0;
    let index = 0;
    for (let bits = 1; bits <= MAX_BITS; bits++) {
      code |= (from.bits >> (bits - 1)) & 1;
      const count = unchecked(this.counts[bits]);
      if (code - count < first) {
        from.drop(bits);
        return <i32>unchecked(this.symbols[index + code - first]);
      }
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    return -1;
  }
}

/**
 * Decompresses a zlib stream, piece by piece into a sink: what a bomb would become never is in memory.
 *
 * @see https://www.rfc-editor.org/rfc/rfc1950, https://www.rfc-editor.org/rfc/rfc1951
 */
@final
export class Inflater {
  /** Bits that are read and not used yet; the next one is lowest. */
  bits: i32 = 0;
  private count: i32 = 0;
  private at: i32 = 0;
  /** Bits that were read behind the end. */
  private missing: i32 = 0;
  private window: StaticArray<u8> = new StaticArray<u8>(2 * WINDOW);
  private written: u32 = 0;
  private sumA: u32 = 1;
  private sumB: u32 = 0;
  private literals: Huffman = new Huffman(288);
  private distances: Huffman = new Huffman(32);

  constructor(
    private input: Uint8Array,
    private sink: ByteSink,
  ) {}

  /** False if the stream is damaged, cut off, or longer than the sink wants. */
  run(): bool {
    const head = (<i32>this.take(8) << 8) | this.take(8);
    // Compression by "deflate", a window of at most 32 KiB, no dictionary.
    if ((head & 0x0f00) != 0x0800 || head >> 12 > 7 || head % 31 != 0 || (head & 0x20) != 0) return false;
    while (true) {
      const last = this.take(1);
      const kind = this.take(2);
      if (this.missing > 0) return false;
      if (kind == 0 ? !this.stored() : kind == 1 ? !this.fixed() : kind == 2 ? !this.dynamic() : true) return false;
      if (last == 1) break;
    }
    if (!this.flush(<i32>(this.written & (WINDOW - 1)))) return false;
    this.settle();
    this.drop(this.count & 7);
    let sum: u32 = 0;
    for (let index = 0; index < 4; index++) sum = (sum << 8) | <u32>this.take(8);
    return this.missing == 0 && sum == ((this.sumB << 16) | this.sumA);
  }

  /** Has at least `count` bits ready, of zeros behind the end; up to 15. */
  @inline
  need(count: i32): void {
    while (this.count < count) {
      let byte = 0;
      if (this.at < this.input.length) byte = <i32>unchecked(this.input[this.at++]);
      else this.missing += 8;
      this.bits |= byte << this.count;
      this.count += 8;
    }
  }

  @inline
  drop(count: i32): void {
    this.bits = this.bits >>> count;
    this.count -= count;
  }

  private take(count: i32): i32 {
    this.need(count);
    const value = this.bits & ((1 << count) - 1);
    this.drop(count);
    return value;
  }

  /** True if bits were used that the input does not have. */
  private get isCut(): bool {
    return this.missing > this.count;
  }

  /** Bits behind the end that are still unused have not been missed. */
  private settle(): void {
    if (this.missing > 0 && this.missing <= this.count) {
      const spare = this.missing;
      this.count -= spare;
      this.bits &= (1 << this.count) - 1;
      this.missing = 0;
    }
  }

  @inline
  private put(byte: u8): bool {
    store<u8>(changetype<usize>(this.window) + <usize>(this.written & MASK), byte);
    return (++this.written & (WINDOW - 1)) != 0 || this.flush(WINDOW);
  }

  /** Hands the last bytes on, which are in one half of the window. */
  private flush(length: i32): bool {
    const from = changetype<usize>(this.window) + <usize>((this.written - length) & MASK);
    let sumA = this.sumA;
    let sumB = this.sumB;
    for (let done = 0; done < length; ) {
      // As many as fit 32 bits.
      const end = min(length, done + 5552);
      for (; done < end; done++) {
        sumA += load<u8>(from + <usize>done);
        sumB += sumA;
      }
      sumA %= 65521;
      sumB %= 65521;
    }
    this.sumA = sumA;
    this.sumB = sumB;
    return length == 0 || this.sink.take(from, length);
  }

  private stored(): bool {
    this.settle();
    this.drop(this.count & 7);
    const length = this.take(8) | (this.take(8) << 8);
    const inverse = this.take(8) | (this.take(8) << 8);
    if (this.missing > 0 || length != (~inverse & 0xffff)) return false;
    for (let index = 0; index < length; index++) {
      const byte = this.take(8);
      if (this.missing > 0 || !this.put(<u8>byte)) return false;
    }
    return true;
  }

  private fixed(): bool {
    const lengths = new StaticArray<u8>(288 + 30);
    for (let index = 0; index < 288; index++) {
      unchecked((lengths[index] = index < 144 ? 8 : index < 256 ? 9 : index < 280 ? 7 : 8));
    }
    for (let index = 288; index < 318; index++) unchecked((lengths[index] = 5));
    this.literals.set(lengths, 0, 288);
    this.distances.set(lengths, 288, 30);
    return this.codes();
  }

  private dynamic(): bool {
    const literals = this.take(5) + 257;
    const distances = this.take(5) + 1;
    const codes = this.take(4) + 4;
    if (literals > 286 || distances > 30) return false;
    const lengths = new StaticArray<u8>(286 + 30);
    for (let index = 0; index < codes; index++) unchecked((lengths[CODE_ORDER[index]] = <u8>this.take(3)));
    const meta = new Huffman(19);
    if (!meta.set(lengths, 0, 19)) return false;
    for (let index = 0; index < 19; index++) unchecked((lengths[index] = 0));
    for (let index = 0; index < literals + distances; ) {
      const symbol = meta.read(this);
      if (symbol < 0 || this.isCut) return false;
      if (symbol < 16) {
        unchecked((lengths[index++] = <u8>symbol));
        continue;
      }
      let value: u8 = 0;
      let repeat = 0;
      if (symbol == 16) {
        if (index == 0) return false;
        value = unchecked(lengths[index - 1]);
        repeat = 3 + this.take(2);
      } else {
        repeat = symbol == 17 ? 3 + this.take(3) : 11 + this.take(7);
      }
      if (index + repeat > literals + distances) return false;
      while (repeat-- > 0) unchecked((lengths[index++] = value));
    }
    // Without a code for the end the block would have none.
    if (unchecked(lengths[256]) == 0) return false;
    if (!this.literals.set(lengths, 0, literals)) return false;
    return this.distances.set(lengths, literals, distances) && this.codes();
  }

  private codes(): bool {
    while (true) {
      const symbol = this.literals.read(this);
      if (symbol < 0 || this.isCut) return false;
      if (symbol == 256) return true;
      if (symbol < 256) {
        if (!this.put(<u8>symbol)) return false;
        continue;
      }
      if (symbol > 285) return false;
      let length = unchecked(LENGTH_BASE[symbol - 257]) + this.take(unchecked(LENGTH_EXTRA[symbol - 257]));
      const code = this.distances.read(this);
      if (code < 0 || code > 29) return false;
      const distance = unchecked(DISTANCE_BASE[code]) + this.take(unchecked(DISTANCE_EXTRA[code]));
      if (this.isCut || <u32>distance > this.written) return false;
      const window = changetype<usize>(this.window);
      while (length-- > 0) {
        if (!this.put(load<u8>(window + <usize>((this.written - distance) & MASK)))) return false;
      }
    }
  }
}
