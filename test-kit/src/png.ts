import { crc32, deflateSync } from 'node:zlib';

/** What the header of a PNG says, and the bytes of its rows before compression: a filter and the samples, for each row. They need not agree. */
export interface PngParts {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample. @default 8 */
  readonly depth?: number;
  /** 0 for gray, 2 for red, green and blue, 6 with alpha. @default 0 */
  readonly colourType?: number;
  readonly rows: Uint8Array;
}

/** Writes a PNG with any header and any data. */
export function encodePng({ width, height, depth = 8, colourType = 0, rows }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, colourType], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Samples of an image, 8 bits each, row by row. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  /** 1 for gray, 3 for red, green and blue. */
  readonly channels: 1 | 3;
  readonly at: (x: number, y: number, channel: number) => number;
}

/** Writes a PNG without filters. */
export function makePng({ width, height, channels, at }: Samples): Buffer {
  const stride = width * channels + 1;
  const rows = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        rows[y * stride + 1 + x * channels + channel] = at(x, y, channel);
      }
    }
  }
  return encodePng({ width, height, colourType: channels === 1 ? 0 : 2, rows });
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
