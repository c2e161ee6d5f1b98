import type { Readable } from 'node:stream';

import { MAX_FRAME_BYTES, MAX_FRAME_JSON_BYTES } from '../limits.js';
import { bodyLength, decodeFrame, FRAME_HEADER_BYTES, jsonLengthOf } from './frames.js';

/**
 * Cuts a stream into frames, as `encodeFrame` writes them.
 *
 * @param onMessage Gets each message; `undefined`, and nothing more, if the stream holds anything else: a sender of what is
 *   not a frame is broken for good.
 * @param sender Who wrote it. A runner may have been taken over, so that its frames may hold 256 MiB, and 1 MiB of JSON; a host's
 *   are taken whatever their length. @default 'runner'
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
    // Drained, so that the one who writes does not hang.
    stream.resume();
    onMessage(undefined);
  };
  stream.on('data', read);
}
