import { DatasetFormatError } from '@testbench/types/errors';

import { MAX_LINE_BYTES } from '../limits.js';
import { lineTexts } from './line-texts.js';
import { textBytes } from './text-bytes.js';

const LINE_FEED = 0x0a;

/** One line of a text, without the LF at its end. */
export interface Line {
  /** From 1. */
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Offset of its first byte, after a byte order mark. */
  readonly offset: number;
  /** Offset after its last byte. */
  readonly end: number;
  /** Its bytes, decoded; undefined if that has not been done, or if they or those next to them are not UTF-8. */
  readonly text: string | undefined;
}

/** A line within a chunk; most readers need only its text. */
class ChunkLine implements Line {
  readonly #chunk: Uint8Array;
  readonly #start: number;
  readonly #chunkEnd: number;

  constructor(
    readonly number: number,
    readonly offset: number,
    readonly end: number,
    readonly text: string | undefined,
    chunk: Uint8Array,
    start: number,
    chunkEnd: number,
  ) {
    this.#chunk = chunk;
    this.#start = start;
    this.#chunkEnd = chunkEnd;
  }

  get bytes(): Uint8Array {
    return this.#chunk.subarray(this.#start, this.#chunkEnd);
  }
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
    let texts: string[] | undefined;
    let firstText: number | undefined;
    for (let end = chunk.indexOf(LINE_FEED); end !== -1; end = chunk.indexOf(LINE_FEED, start)) {
      if (isTooLong(startedBytes + end - start)) {
        isBroken = true;
        break;
      }
      if (startedBytes === 0) {
        if (firstText === undefined) {
          firstText = number;
          texts = lineTexts(chunk.subarray(start, chunk.lastIndexOf(LINE_FEED)));
        }
        const text = texts?.[number - firstText];
        const lineEnd = offset + end - start;
        lines.push(new ChunkLine(number, offset, lineEnd, text, chunk, start, end));
        offset = lineEnd + 1;
      } else {
        const whole = Buffer.concat([...started, chunk.subarray(start, end)]);
        lines.push(lineOf(number, offset, whole));
        offset += whole.length + 1;
        started = [];
        startedBytes = 0;
      }
      number += 1;
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
    if (isBroken) throw tooLong();
    if (start === chunk.length) continue;
    started.push(chunk.subarray(start));
    startedBytes += chunk.length - start;
    if (isTooLong(startedBytes)) throw tooLong();
  }
  if (startedBytes > 0) yield [lineOf(number, offset, Buffer.concat(started))];
}

/** A line that is not decoded. */
function lineOf(number: number, offset: number, bytes: Uint8Array): Line {
  return { number, offset, end: offset + bytes.length, text: undefined, bytes };
}
