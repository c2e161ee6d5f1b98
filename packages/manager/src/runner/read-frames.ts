import type { Readable } from 'node:stream';

import { MAX_FRAME_BYTES, MAX_FRAME_JSON_BYTES } from '../limits.js';
import { bodyLength, decodeFrame, FRAME_HEADER_BYTES, jsonLengthOf } from './frames.js';

/**
 * Splits a stream into frames, as `encodeFrame` writes them.
 *
 * @param onMessage Receives each message; then `undefined`, once, if the stream contains anything else: a sender of anything that is
 *   not a frame is permanently broken.
 * @param sender Who writes the stream. A runner may be compromised, so its frames are limited to 256 MiB, and 1 MiB of JSON; a host's
 *   are accepted at any length. @default 'runner'
 */
export function readFrames(
  stream: Readable,
  onMessage: (message: unknown) => void,
  sender: 'runner' | 'host' = 'runner',
): void {
  const maxBytes = sender === 'runner' ? MAX_FRAME_BYTES : Infinity;
  const maxJsonBytes = sender === 'runner' ? MAX_FRAME_JSON_BYTES : Infinity;
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = FRAME_HEADER_BYTES;
  const read = (chunk: Buffer): void => {
    parts.push(chunk);
    held += chunk.length;
    while (held >= wanted) {
      const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
      parts = [bytes];
      const length = FRAME_HEADER_BYTES + bodyLength(bytes);
      if (length > maxBytes || jsonLengthOf(bytes) > maxJsonBytes) return end();
      wanted = length;
      if (held < length) return;
      const rest = bytes.subarray(length);
      parts = rest.length === 0 ? [] : [rest];
      held = rest.length;
      wanted = FRAME_HEADER_BYTES;
      let message: unknown;
      try {
        message = decodeFrame(bytes.subarray(0, length));
      } catch {
        return end();
      }
      onMessage(message);
    }
  };
  const end = (): void => {
    stream.off('data', read);
    parts = [];
    // Drained, so that the writer does not hang.
    stream.resume();
    onMessage(undefined);
  };
  stream.on('data', read);
}
