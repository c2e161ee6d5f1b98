/** Width and height of an image, in pixels. */
export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The size of a PNG, JPEG, GIF or WebP image, by its header alone: nothing is decoded, so that a picture bomb costs nothing.
 *
 * @returns Undefined for anything else, and if the header is cut off.
 *
 * @see https://www.w3.org/TR/png-3/#11IHDR, https://www.w3.org/Graphics/JPEG/itu-t81.pdf (B.2.2), https://developers.google.com/speed/webp/docs/riff_container
 */
export function imageSize(bytes: Uint8Array, mediaType: string): ImageSize | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    switch (mediaType) {
      case 'image/png':
        return sizeOf(view.getUint32(16), view.getUint32(20));
      case 'image/gif':
        return sizeOf(view.getUint16(6, true), view.getUint16(8, true));
      case 'image/jpeg':
        return jpegSize(view);
      case 'image/webp':
        return webpSize(view);
      default:
        return undefined;
    }
  } catch (error) {
    // The bytes end too early.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function sizeOf(width: number, height: number): ImageSize | undefined {
  return width === 0 || height === 0 ? undefined : { width, height };
}

/** Steps from segment to segment until one begins a frame. */
function jpegSize(view: DataView): ImageSize | undefined {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return undefined;
    const marker = view.getUint8(at + 1);
    // Fill bytes.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return sizeOf(view.getUint16(at + 7), view.getUint16(at + 5));
    const isAlone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    // The image's data, or its end, before any frame.
    if (marker === 0xd9 || marker === 0xda) return undefined;
    at += isAlone ? 2 : 2 + Math.max(2, view.getUint16(at + 2));
  }
}

function webpSize(view: DataView): ImageSize | undefined {
  const kind = view.getUint32(12);
  // "VP8X": the canvas, each less one, in 24 bits.
  if (kind === 0x56503858) {
    const width = view.getUint16(24, true) | (view.getUint8(26) << 16);
    const height = view.getUint16(27, true) | (view.getUint8(29) << 16);
    return sizeOf(width + 1, height + 1);
  }
  // "VP8L": 14 bits each, less one, behind a signature.
  if (kind === 0x5650384c) {
    if (view.getUint8(20) !== 0x2f) return undefined;
    const bits = view.getUint32(21, true);
    return sizeOf((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
  }
  // "VP8 ": 14 bits each, behind a start code.
  if (kind !== 0x56503820 || view.getUint8(23) !== 0x9d) return undefined;
  return sizeOf(view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
}
