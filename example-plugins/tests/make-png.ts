import { crc32, deflateSync } from 'node:zlib';

import type { ExecuteOptions } from '@testbench/core';

/** A file as a host hands it over. */
export type CallAttachment = NonNullable<ExecuteOptions['attachments']>[number];

/** Samples of an image, 8 bits each, row by row. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  /** 1 for gray, 3 for red, green and blue. */
  readonly channels: 1 | 3;
  readonly at: (x: number, y: number, channel: number) => number;
}

/** Writes a chunk of a PNG. */
function pngChunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}

/** The start of a PNG: signature and header. */
function pngHead(width: number, height: number, depth: number, type: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header[8] = depth;
  header[9] = type;
  return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), pngChunk('IHDR', header)]);
}

/** Writes a PNG without filters. */
export function makePng({ width, height, channels, at }: Samples): Buffer {
  const stride = width * channels + 1;
  const raw = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let channel = 0; channel < channels; channel += 1) {
        raw[y * stride + 1 + x * channels + channel] = at(x, y, channel);
      }
    }
  }
  return Buffer.concat([
    pngHead(width, height, 8, channels === 1 ? 0 : 2),
    pngChunk('IDAT', deflateSync(raw)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** Files as a host hands them over, and what the input says about them. */
export function attach(files: Readonly<Record<string, Uint8Array>>): {
  readonly attachments: readonly CallAttachment[];
  readonly described: readonly object[];
} {
  const entries = Object.entries(files);
  return {
    attachments: entries.map(([, bytes]) => ({ mediaType: 'image/png', bytes })),
    described: entries.map(([field, bytes]) => ({
      field,
      media_type: 'image/png',
      bytes: bytes.length,
    })),
  };
}
