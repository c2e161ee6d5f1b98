/** What the header of an image says. */
@final
export class Header {
  constructor(
    /** `png`, `jpeg` or `webp`. */
    readonly format: string,
    readonly width: i32,
    readonly height: i32,
  ) {}
}

/** Reads the format and size of an image without decoding it; `null` for anything else, and for a header that is cut off. */
export function readHeader(bytes: Uint8Array): Header | null {
  if (matches(bytes, 0, 0x89504e47) && matches(bytes, 4, 0x0d0a1a0a)) return readPng(bytes);
  if (bytes.length > 3 && bytes[0] == 0xff && bytes[1] == 0xd8 && bytes[2] == 0xff) return readJpeg(bytes);
  // "RIFF", and "WEBP" behind the length.
  if (matches(bytes, 0, 0x52494646) && matches(bytes, 8, 0x57454250)) return readWebp(bytes);
  return null;
}

/** @see https://www.w3.org/TR/png-3/#11IHDR */
function readPng(bytes: Uint8Array): Header | null {
  if (bytes.length < 24 || !matches(bytes, 12, 0x49484452)) return null;
  const width = bigAt(bytes, 16);
  const height = bigAt(bytes, 20);
  // The most that the format allows is 2^31 - 1.
  if (width > <u32>i32.MAX_VALUE || height > <u32>i32.MAX_VALUE) return null;
  return headerOf("png", <i32>width, <i32>height);
}

/** Steps from segment to segment until one begins a frame. @see https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.2.2 */
function readJpeg(bytes: Uint8Array): Header | null {
  for (let at = 2; at + 9 <= bytes.length; ) {
    if (bytes[at] != 0xff) return null;
    const marker = bytes[at + 1];
    if (marker == 0xff) {
      at++;
      continue;
    }
    const frame = marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
    if (frame) return headerOf("jpeg", shortAt(bytes, at + 7), shortAt(bytes, at + 5));
    // The image's data, or its end, before any frame.
    if (marker == 0xd9 || marker == 0xda) return null;
    const alone = marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += alone ? 2 : 2 + max(2, shortAt(bytes, at + 2));
  }
  return null;
}

/** @see https://developers.google.com/speed/webp/docs/riff_container */
function readWebp(bytes: Uint8Array): Header | null {
  if (bytes.length < 30) return null;
  // "VP8X": the canvas, each side less one.
  if (matches(bytes, 12, 0x56503858)) return headerOf("webp", (littleAt(bytes, 24) & 0xffffff) + 1, (littleAt(bytes, 26) >>> 8) + 1);
  // "VP8L", without loss: 14 bits each, less one.
  if (matches(bytes, 12, 0x5650384c)) {
    if (bytes[20] != 0x2f) return null;
    const sides = littleAt(bytes, 21);
    return headerOf("webp", (sides & 0x3fff) + 1, ((sides >>> 14) & 0x3fff) + 1);
  }
  // "VP8 ", with a start code.
  if (!matches(bytes, 12, 0x56503820) || bytes[23] != 0x9d || bytes[24] != 0x01 || bytes[25] != 0x2a) return null;
  const sides = littleAt(bytes, 26);
  return headerOf("webp", sides & 0x3fff, (sides >>> 16) & 0x3fff);
}

function headerOf(format: string, width: i32, height: i32): Header | null {
  return width == 0 || height == 0 ? null : new Header(format, width, height);
}

function matches(bytes: Uint8Array, at: i32, value: u32): bool {
  return at + 4 <= bytes.length && bigAt(bytes, at) == value;
}

function bigAt(bytes: Uint8Array, at: i32): u32 {
  return bswap<u32>(load<u32>(bytes.dataStart + <usize>at));
}

function littleAt(bytes: Uint8Array, at: i32): i32 {
  return load<i32>(bytes.dataStart + <usize>at);
}

function shortAt(bytes: Uint8Array, at: i32): i32 {
  return (<i32>bytes[at] << 8) | bytes[at + 1];
}
