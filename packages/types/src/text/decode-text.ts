import { WireError } from '../data/wire-error.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const LINE_FEED = 0x0a;

/**
 * Decodes a text file: UTF-8, with or without a byte order mark, which is left out.
 *
 * @param bytes The whole file, or its beginning up to the end of a line.
 * @throws {WireError} `WIRE_BAD_UTF8`: the file is in another encoding, which the message names if it can be detected, or has
 *   bytes that are not UTF-8; the message then names the first such line.
 *
 * @example
 * ```ts
 * import { decodeText } from '@testbench/types';
 *
 * decodeText(Uint8Array.of(0xef, 0xbb, 0xbf, 0x68, 0x69)); // => 'hi'
 * ```
 */
export function decodeText(bytes: Uint8Array): string {
  const encoding = foreignEncoding(bytes);
  if (encoding !== undefined) {
    throw new WireError('WIRE_BAD_UTF8', `it is ${encoding}, save it as UTF-8`);
  }
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const content = hasMark ? bytes.subarray(3) : bytes;
  try {
    return decoder.decode(content);
  } catch (cause) {
    const line = firstBadLine(content);
    throw new WireError('WIRE_BAD_UTF8', `it is not UTF-8 (line ${line})`, { cause });
  }
}

/** Detects UTF-16 and UTF-32 by their byte order mark, or by the zero byte next to the first character. */
function foreignEncoding(bytes: Uint8Array): 'UTF-16' | 'UTF-32' | undefined {
  const [first, second, third, fourth] = bytes;
  if (second === undefined) return undefined;
  const isMark = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  if (first === 0 && second === 0) return third === 0xfe && fourth === 0xff ? 'UTF-32' : undefined;
  if (!isMark && (first === 0) === (second === 0)) return undefined;
  return third === 0 && fourth === 0 ? 'UTF-32' : 'UTF-16';
}

/** No byte of a character in UTF-8 is a line feed, so lines can be checked one by one. */
function firstBadLine(bytes: Uint8Array): number {
  let line = 1;
  for (let start = 0; ; line += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    if (end === -1) return line;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
}
