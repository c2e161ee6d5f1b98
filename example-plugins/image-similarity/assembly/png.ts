import { Image, refuse } from "./image";
import { ByteSink, Inflater } from "./inflate";

/** Pixels of an image: two of them, with all that is needed to compare them, fit the default memory of 64 MiB. */
export const MAX_PIXELS: i32 = 4194304;
/** Most pixels of a side, so that no product overflows. */
const MAX_SIDE: i32 = 32767;

const GRAY: i32 = 0;
const RGB: i32 = 2;
const PALETTE: i32 = 3;
const GRAY_ALPHA: i32 = 4;
const RGBA: i32 = 6;

// @ts-ignore: decorator
@lazy const PASS_X: StaticArray<i32> = [0, 4, 0, 2, 0, 1, 0];
// @ts-ignore: decorator
@lazy const PASS_Y: StaticArray<i32> = [0, 0, 4, 0, 2, 0, 1];
// @ts-ignore: decorator
@lazy const STEP_X: StaticArray<i32> = [8, 8, 4, 4, 2, 2, 1];
// @ts-ignore: decorator
@lazy const STEP_Y: StaticArray<i32> = [8, 8, 8, 4, 4, 2, 2];

function u32At(bytes: Uint8Array, at: i32): u32 {
  return bswap<u32>(load<u32>(bytes.dataStart + <usize>at));
}

/** Whether bytes begin as a PNG does. */
export function isPng(bytes: Uint8Array): bool {
  return bytes.length >= 8 && load<u64>(bytes.dataStart) == 0x0a1a0a0d474e5089;
}

/** The check sum of a chunk's type and data. @see https://www.w3.org/TR/png-3/#D-CRCAppendix */
function crcOf(bytes: Uint8Array, from: i32, to: i32, table: StaticArray<u32>): u32 {
  let crc: u32 = 0xffffffff;
  for (let at = from; at < to; at++) crc = unchecked(table[(crc ^ bytes[at]) & 0xff]) ^ (crc >> 8);
  return crc ^ 0xffffffff;
}

function crcTable(): StaticArray<u32> {
  const table = new StaticArray<u32>(256);
  for (let index = 0; index < 256; index++) {
    let crc = <u32>index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
    unchecked((table[index] = crc));
  }
  return table;
}

/**
 * Decodes a PNG: all colour types, 1 to 16 bits, interlaced or not. Samples of other depths become 8 bits: v * 255 / (2^depth - 1), rounded.
 *
 * Sizes and check sums are compared before anything is decompressed, and no more is decompressed than the size says.
 *
 * @returns `null` with `problem` set.
 * @see https://www.w3.org/TR/png-3/
 */
export function decodePng(bytes: Uint8Array): Image | null {
  if (!isPng(bytes)) return refuse("it is not a PNG");
  const table = crcTable();
  let decoder: PngDecoder | null = null;
  let data = 0;
  let ended = false;
  for (let at = 8; !ended; ) {
    if (at + 12 > bytes.length) return refuse("it is cut off");
    const size = u32At(bytes, at);
    if (size > <u32>(bytes.length - at - 12)) return refuse("it is cut off");
    const length = <i32>size;
    const type = u32At(bytes, at + 4);
    const start = at + 8;
    at = start + length + 4;
    // Image data has a check sum of its own inside, over all chunks.
    if (type != 0x49444154 && crcOf(bytes, start - 4, start + length, table) != u32At(bytes, start + length)) {
      return refuse("a check sum is wrong");
    }
    if (type == 0x49484452) { // IHDR
      if (decoder !== null || length != 13) return refuse("its header is wrong");
      const width = u32At(bytes, start);
      const height = u32At(bytes, start + 4);
      if (width == 0 || height == 0 || width > <u32>MAX_SIDE || height > <u32>MAX_SIDE || <i32>(width * height) > MAX_PIXELS) {
        return refuse(`it has ${width} x ${height} pixels, limit is ${MAX_PIXELS}`);
      }
      decoder = new PngDecoder(<i32>width, <i32>height, bytes[start + 8], bytes[start + 9], bytes[start + 12]);
      if (!decoder.isKnown || bytes[start + 10] != 0 || bytes[start + 11] != 0) return refuse("its header is wrong");
    } else if (decoder === null) {
      return refuse("it has no header");
    } else if (type == 0x504c5445) { // PLTE
      if (length % 3 != 0 || length > 768) return refuse("its palette is wrong");
      decoder.palette = bytes.subarray(start, start + length);
    } else if (type == 0x74524e53) { // tRNS
      decoder.transparency = bytes.subarray(start, start + length);
    } else if (type == 0x49444154) { // IDAT
      data += length;
    } else if (type == 0x49454e44) { // IEND
      ended = true;
    } else if ((type & 0x20000000) == 0) {
      return refuse("it has a critical chunk that is not known");
    }
  }
  if (decoder === null || data == 0) return refuse("it has no image data");
  return decoder.decode(joinData(bytes, data));
}

/** The image data, which may be cut into chunks anywhere. */
function joinData(bytes: Uint8Array, total: i32): Uint8Array {
  const joined = new Uint8Array(total);
  let to = 0;
  for (let at = 8; at < bytes.length; ) {
    const length = <i32>u32At(bytes, at);
    const type = u32At(bytes, at + 4);
    if (type == 0x49454e44) break;
    if (type == 0x49444154) {
      memory.copy(joined.dataStart + <usize>to, bytes.dataStart + <usize>(at + 8), length);
      to += length;
    }
    at += length + 12;
  }
  return joined;
}

/** Turns the decompressed bytes into pixels, row by row. */
@final
class PngDecoder extends ByteSink {
  palette: Uint8Array | null = null;
  transparency: Uint8Array | null = null;
  private image: Image = new Image(1, 1);
  private channels: i32 = 1;
  /** Bytes of a whole pixel, at least 1. */
  private pixelBytes: i32 = 1;
  private pass: i32 = 0;
  private y: i32 = 0;
  private rowBytes: i32 = 0;
  private filled: i32 = -1;
  private filter: u8 = 0;
  private row: StaticArray<u8> = new StaticArray<u8>(0);
  private above: StaticArray<u8> = new StaticArray<u8>(0);
  private done: bool = false;
  private wrong: bool = false;

  constructor(
    private width: i32,
    private height: i32,
    private depth: i32,
    private type: i32,
    private interlace: i32,
  ) {
    super();
    this.channels = type == RGB ? 3 : type == RGBA ? 4 : type == GRAY_ALPHA ? 2 : 1;
    this.pixelBytes = max(1, (this.channels * depth) >> 3);
    const rowBytes = (width * this.channels * depth + 7) >> 3;
    this.row = new StaticArray<u8>(rowBytes);
    this.above = new StaticArray<u8>(rowBytes);
    if (this.isKnown) this.image = new Image(width, height);
    this.image.isGray = type == GRAY || type == GRAY_ALPHA;
    this.image.hasAlpha = type == RGBA || type == GRAY_ALPHA;
  }

  get isKnown(): bool {
    const depth = this.depth;
    if (this.interlace > 1) return false;
    if (this.type == GRAY) return depth == 1 || depth == 2 || depth == 4 || depth == 8 || depth == 16;
    if (this.type == PALETTE) return depth == 1 || depth == 2 || depth == 4 || depth == 8;
    return (this.type == RGB || this.type == GRAY_ALPHA || this.type == RGBA) && (depth == 8 || depth == 16);
  }

  decode(data: Uint8Array): Image | null {
    if (this.type == PALETTE && this.palette === null) return refuse("it has no palette");
    const transparency = this.transparency;
    if (transparency !== null) {
      const wanted = this.type == RGB ? 6 : this.type == GRAY ? 2 : 0;
      if (this.type == PALETTE ? transparency.length * 3 > this.palette!.length : transparency.length != wanted) {
        return refuse("its transparency is wrong");
      }
      this.image.hasAlpha = true;
    }
    this.beginPass();
    if (!new Inflater(data, this).run()) return refuse(this.wrong ? "its rows are wrong" : "its data is damaged");
    if (!this.done) return refuse("its data ends too early");
    return this.image;
  }

  take(from: usize, length: i32): bool {
    const end = from + <usize>length;
    while (from < end) {
      if (this.done) return false;
      if (this.filled < 0) {
        this.filter = load<u8>(from++);
        this.filled = 0;
        if (this.filter > 4) {
          this.wrong = true;
          return false;
        }
        continue;
      }
      const wanted = <usize>(this.rowBytes - this.filled);
      const size = min<usize>(wanted, end - from);
      memory.copy(changetype<usize>(this.row) + <usize>this.filled, from, size);
      this.filled += <i32>size;
      from += size;
      if (this.filled == this.rowBytes && !this.endRow()) return false;
    }
    return true;
  }

  /** Begins a pass that has pixels; a small interlaced image lacks some passes. */
  private beginPass(): void {
    while (true) {
      if (this.interlace == 1 ? this.pass > 6 : this.pass > 0) {
        this.done = true;
        return;
      }
      const width = this.passWidth;
      if (width > 0 && this.passHeight > 0) {
        this.rowBytes = (width * this.channels * this.depth + 7) >> 3;
        this.y = 0;
        this.filled = -1;
        for (let index = 0; index < this.rowBytes; index++) unchecked((this.above[index] = 0));
        return;
      }
      this.pass++;
    }
  }

  private get passWidth(): i32 {
    if (this.interlace == 0) return this.width;
    return (this.width - PASS_X[this.pass] + STEP_X[this.pass] - 1) / STEP_X[this.pass];
  }

  private get passHeight(): i32 {
    if (this.interlace == 0) return this.height;
    return (this.height - PASS_Y[this.pass] + STEP_Y[this.pass] - 1) / STEP_Y[this.pass];
  }

  private endRow(): bool {
    this.unfilter();
    const fits = this.writeRow();
    const done = this.row;
    this.row = this.above;
    this.above = done;
    this.filled = -1;
    if (++this.y == this.passHeight) {
      this.pass++;
      this.beginPass();
    }
    return fits;
  }

  /** @see https://www.w3.org/TR/png-3/#9Filters */
  private unfilter(): void {
    const row = changetype<usize>(this.row);
    const above = changetype<usize>(this.above);
    const back = <usize>this.pixelBytes;
    const length = <usize>this.rowBytes;
    // The bytes before the first pixel count as 0.
    const first = min(back, length);
    switch (this.filter) {
      case 1:
        for (let at = back; at < length; at++) store<u8>(row + at, load<u8>(row + at) + load<u8>(row + at - back));
        break;
      case 2:
        for (let at: usize = 0; at < length; at++) store<u8>(row + at, load<u8>(row + at) + load<u8>(above + at));
        break;
      case 3:
        for (let at: usize = 0; at < first; at++) store<u8>(row + at, load<u8>(row + at) + (load<u8>(above + at) >> 1));
        for (let at = back; at < length; at++) {
          const mean = (<u32>load<u8>(row + at - back) + <u32>load<u8>(above + at)) >> 1;
          store<u8>(row + at, load<u8>(row + at) + <u8>mean);
        }
        break;
      case 4:
        for (let at: usize = 0; at < first; at++) store<u8>(row + at, load<u8>(row + at) + load<u8>(above + at));
        for (let at = back; at < length; at++) {
          const left = <i32>load<u8>(row + at - back);
          const up = <i32>load<u8>(above + at);
          const corner = <i32>load<u8>(above + at - back);
          const toLeft = abs(up - corner);
          const toUp = abs(left - corner);
          const toCorner = abs(left + up - 2 * corner);
          const guess = toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
          store<u8>(row + at, load<u8>(row + at) + <u8>guess);
        }
        break;
    }
  }

  /** Puts a row into the image; false for a colour that the palette lacks. */
  private writeRow(): bool {
    const width = this.passWidth;
    const stepX = this.interlace == 0 ? 1 : STEP_X[this.pass];
    const y = this.interlace == 0 ? this.y : PASS_Y[this.pass] + this.y * STEP_Y[this.pass];
    let x = this.interlace == 0 ? 0 : PASS_X[this.pass];
    const pixels = this.image.pixels;
    if (this.depth == 8 && this.type != PALETTE && this.transparency === null) {
      this.writeBytes(width, changetype<usize>(pixels) + <usize>(y * this.width + x) * 4, <usize>stepX * 4);
      return true;
    }
    for (let index = 0; index < width; index++, x += stepX) {
      const to = (y * this.width + x) * 4;
      let red = 0;
      let green = 0;
      let blue = 0;
      let alpha = 255;
      if (this.type == PALETTE) {
        const entry = this.sample(index, 0);
        const palette = this.palette!;
        if (entry * 3 >= palette.length) {
          this.wrong = true;
          return false;
        }
        red = palette[entry * 3];
        green = palette[entry * 3 + 1];
        blue = palette[entry * 3 + 2];
        const transparency = this.transparency;
        if (transparency !== null && entry < transparency.length) alpha = transparency[entry];
      } else {
        const first = this.sample(index, 0);
        red = this.scaled(first);
        green = red;
        blue = red;
        if (this.channels == 2) alpha = this.scaled(this.sample(index, 1));
        if (this.channels > 2) {
          const second = this.sample(index, 1);
          const third = this.sample(index, 2);
          green = this.scaled(second);
          blue = this.scaled(third);
          if (this.channels == 4) alpha = this.scaled(this.sample(index, 3));
          else if (this.isTransparent(first, 0) && this.isTransparent(second, 1) && this.isTransparent(third, 2)) alpha = 0;
        } else if (this.channels == 1 && this.isTransparent(first, 0)) alpha = 0;
      }
      unchecked((pixels[to] = <u8>red));
      unchecked((pixels[to + 1] = <u8>green));
      unchecked((pixels[to + 2] = <u8>blue));
      unchecked((pixels[to + 3] = <u8>alpha));
    }
    return true;
  }

  /** The same for samples of 8 bits, which most images have. */
  private writeBytes(width: i32, to: usize, step: usize): void {
    const row = changetype<usize>(this.row);
    const end = row + <usize>(width * this.channels);
    if (this.type == RGB) {
      for (let at = row; at < end; at += 3, to += step) {
        store<u32>(to, <u32>load<u16>(at) | ((<u32>load<u8>(at, 2)) << 16) | 0xff000000);
      }
    } else if (this.type == RGBA) {
      for (let at = row; at < end; at += 4, to += step) store<u32>(to, load<u32>(at));
    } else if (this.type == GRAY) {
      for (let at = row; at < end; at++, to += step) store<u32>(to, <u32>load<u8>(at) * 0x010101 | 0xff000000);
    } else {
      for (let at = row; at < end; at += 2, to += step) {
        store<u32>(to, (<u32>load<u8>(at) * 0x010101) | ((<u32>load<u8>(at, 1)) << 24));
      }
    }
  }

  /** A sample of the row, as deep as it is. */
  private sample(pixel: i32, channel: i32): i32 {
    const depth = this.depth;
    const place = pixel * this.channels + channel;
    if (depth == 8) return unchecked(this.row[place]);
    if (depth == 16) return (<i32>unchecked(this.row[place * 2]) << 8) | unchecked(this.row[place * 2 + 1]);
    const bit = place * depth;
    return (<i32>unchecked(this.row[bit >> 3]) >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  }

  private scaled(value: i32): i32 {
    if (this.depth == 8) return value;
    const most = (1 << this.depth) - 1;
    return (value * 255 + (most >> 1)) / most;
  }

  private isTransparent(value: i32, channel: i32): bool {
    const transparency = this.transparency;
    if (transparency === null) return false;
    return ((<i32>transparency[channel * 2] << 8) | transparency[channel * 2 + 1]) == value;
  }
}
