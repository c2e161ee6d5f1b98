import { decodeText } from '@testbench/types';
import { DatasetFormatError, PluginError } from '@testbench/types/errors';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;
const LONGEST_MARK = 4;

/**
 * Returns the bytes of a text without a byte order mark.
 *
 * @param placed The place to report if the encoding is wrong. @default the file as a whole
 * @throws {DatasetFormatError} It is in another encoding: then every record would be wrong, with unhelpful errors.
 */
export async function* textBytes(
  bytes: AsyncIterable<Uint8Array>,
  place?: number,
): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | undefined = new Uint8Array(0);
  for await (const chunk of bytes) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    start = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (start.length < LONGEST_MARK) continue;
    yield withoutMark(start, place);
    start = undefined;
  }
  if (start !== undefined && start.length > 0) yield withoutMark(start, place);
}

/** Number of bytes of the mark at the start. */
export function markBytes(start: Uint8Array): number {
  return BYTE_ORDER_MARK.every((byte, index) => start[index] === byte) ? BYTE_ORDER_MARK.length : 0;
}

function withoutMark(start: Uint8Array, place: number | undefined): Uint8Array {
  try {
    decodeText(start.subarray(0, LONGEST_MARK));
  } catch (cause) {
    // Four bytes may end within a character; the rest of it is needed to decide.
    if (PluginError.is(cause) && !cause.message.startsWith('it is not')) {
      throw new DatasetFormatError(cause.message, place, { cause });
    }
  }
  return start.subarray(markBytes(start));
}
