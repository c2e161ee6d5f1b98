// oxlint-disable-next-line no-restricted-imports -- its streams pass through hearErrors()
import { createReadStream } from 'node:fs';

import { decodeText, hearErrors, PluginError } from '@testbench/types';

import { invalidLine, unreadableDataset } from './dataset-error.js';
import { MAX_LINE_BYTES } from './limits.js';

const LINE_FEED = 0x0a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** One line of a file, without the LF at its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Offset of the next line, in bytes. */
  readonly endByte: number;
}

/**
 * Reads a file line by line, in constant memory. A line ends with LF; a CR before it is kept. A byte order mark
 * at the start is skipped.
 *
 * Not `node:readline`: it also splits at U+2028 and at a lone CR, which may stand inside a JSON text,
 * and it hides bytes that are not UTF-8.
 *
 * @throws {BenchError} `BENCH_DATASET_UNREADABLE`, or `BENCH_DATASET_INVALID` for a line over 16 MiB.
 */
export async function* readLines(file: string): AsyncGenerator<Line> {
  let number = 1;
  let position = 0;
  let started: Buffer[] = [];
  let startedBytes = 0;

  const finish = (end: Buffer): Line => {
    const whole = startedBytes === 0 ? end : Buffer.concat([...started, end]);
    started = [];
    startedBytes = 0;
    const line = {
      number,
      bytes: number === 1 ? skipByteOrderMark(whole) : whole,
      endByte: position,
    };
    number += 1;
    return line;
  };
  const checkLength = (bytes: number): void => {
    if (bytes > MAX_LINE_BYTES) {
      throw invalidLine(
        file,
        number,
        `expected at most ${MAX_LINE_BYTES} bytes, the line is longer`,
      );
    }
  };

  try {
    for await (const piece of hearErrors(createReadStream(file))) {
      const chunk = piece as Buffer;
      const chunkStart = position;
      if (chunkStart === 0) checkEncoding(file, chunk);
      let start = 0;
      for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
        checkLength(startedBytes + end - start);
        position = chunkStart + end + 1;
        yield finish(chunk.subarray(start, end));
        start = end + 1;
      }
      position = chunkStart + chunk.length;
      if (start === chunk.length) continue;
      started.push(chunk.subarray(start));
      startedBytes += chunk.length - start;
      checkLength(startedBytes);
    }
    if (startedBytes > 0) yield finish(Buffer.alloc(0));
  } catch (error) {
    throw unreadableDataset(file, error);
  }
}

/** Looks at the first characters: in another encoding every line would be wrong, for reasons that help nobody. */
function checkEncoding(file: string, chunk: Uint8Array): void {
  try {
    decodeText(chunk.subarray(0, 4));
  } catch (cause) {
    // Four bytes may end within a character; then the rest of it tells.
    if (!PluginError.is(cause) || cause.message.startsWith('it is not')) return;
    throw invalidLine(file, 1, cause.message, cause);
  }
}

function skipByteOrderMark(line: Buffer): Buffer {
  const hasMark = BYTE_ORDER_MARK.every((byte, index) => line[index] === byte);
  return hasMark ? line.subarray(BYTE_ORDER_MARK.length) : line;
}
