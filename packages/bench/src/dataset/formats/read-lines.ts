import { DatasetFormatError } from '@testbench/types/errors';

import { MAX_LINE_BYTES } from '../limits.js';
import { textBytes } from './text-bytes.js';

const LINE_FEED = 0x0a;

/** One line of a text, without the LF at its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Offset of its first byte, after a byte order mark. */
  readonly offset: number;
}

/**
 * Splits a text into lines, in constant memory. A line ends with LF; a CR before it is kept. A byte order mark
 * at the start is skipped. Lines come in lists, one list per chunk: one by one they would cost twice as much.
 *
 * Not `node:readline`: it also splits at U+2028 and at a lone CR, which may occur inside a JSON text,
 * and it hides bytes that are not UTF-8.
 *
 * @throws {DatasetFormatError} For a line over 16 MiB, or another encoding, after the lines before it were returned.
 */
export async function* readLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Line[]> {
  let number = 1;
  let offset = 0;
  let started: Uint8Array[] = [];
  let startedBytes = 0;
  const isTooLong = (length: number): boolean => length > MAX_LINE_BYTES;
  const tooLong = (): DatasetFormatError =>
    new DatasetFormatError(`expected at most ${MAX_LINE_BYTES} bytes, the line is longer`, number);
  for await (const chunk of textBytes(bytes, 1)) {
    const lines: Line[] = [];
    let start = 0;
    let isBroken = false;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      if (isTooLong(startedBytes + end - start)) {
        isBroken = true;
        break;
      }
      const rest = chunk.subarray(start, end);
      const whole = startedBytes === 0 ? rest : Buffer.concat([...started, rest]);
      lines.push({ number, bytes: whole, offset });
      number += 1;
      offset += whole.length + 1;
      if (startedBytes > 0) {
        started = [];
        startedBytes = 0;
      }
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
    if (isBroken) throw tooLong();
    if (start === chunk.length) continue;
    started.push(chunk.subarray(start));
    startedBytes += chunk.length - start;
    if (isTooLong(startedBytes)) throw tooLong();
  }
  if (startedBytes > 0) yield [{ number, bytes: Buffer.concat(started), offset }];
}
