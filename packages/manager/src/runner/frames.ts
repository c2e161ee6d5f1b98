import { LoadError } from '@testbench/types/errors';

/**
 * Messages between host and child process, as bytes on a pipe.
 *
 * ```
 * | u32 le: length of JSON | u32 le: length of blobs | JSON | blobs |
 * ```
 *
 * Each `Uint8Array` in a message is written in the JSON as `{"$blob": [offset, length]}`. JSON instead of the engine's own
 * serialization: that decoder was not made for hostile input.
 */
export const FRAME_HEADER_BYTES = 8;

/** Writes a message as one frame. */
export function encodeFrame(message: unknown): Uint8Array {
  const parts = encodeFrameParts(message);
  const frame = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    frame.set(part, offset);
    offset += part.length;
  }
  return frame;
}

/** The same in parts; the blobs are the message's own bytes, not copies. */
export function encodeFrameParts(message: unknown): Uint8Array[] {
  const blobs: Uint8Array[] = [];
  let blobBytes = 0;
  const text = JSON.stringify(withoutBlobs(message));
  const json = new TextEncoder().encode(text);
  const head = new Uint8Array(FRAME_HEADER_BYTES + json.length);
  const view = new DataView(head.buffer);
  view.setUint32(0, json.length, true);
  view.setUint32(4, blobBytes, true);
  head.set(json, FRAME_HEADER_BYTES);
  return [head, ...blobs];

  // Not a replacer of `stringify`: Node's Buffer has a `toJSON`, which is called first.
  function withoutBlobs(value: unknown): unknown {
    if (value instanceof Uint8Array) {
      const offset = blobBytes;
      blobs.push(value);
      blobBytes += value.length;
      return { $blob: [offset, value.length] };
    }
    if (Array.isArray(value)) return value.map(withoutBlobs);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [key, withoutBlobs(field)]),
    );
  }
}

/** Length of the body that a header announces. */
export function bodyLength(header: Uint8Array): number {
  const view = new DataView(header.buffer, header.byteOffset, FRAME_HEADER_BYTES);
  return view.getUint32(0, true) + view.getUint32(4, true);
}

/** Length of the JSON that a header announces. */
export function jsonLengthOf(header: Uint8Array): number {
  return new DataView(header.buffer, header.byteOffset, FRAME_HEADER_BYTES).getUint32(0, true);
}

/**
 * Reads a frame.
 *
 * @throws {LoadError} `LOAD_BAD_MESSAGE` for anything that {@link encodeFrame} would not write.
 */
export function decodeFrame(frame: Uint8Array): unknown {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const jsonLength = view.getUint32(0, true);
  const blobs = frame.subarray(FRAME_HEADER_BYTES + jsonLength);
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      frame.subarray(FRAME_HEADER_BYTES, FRAME_HEADER_BYTES + jsonLength),
    );
    return JSON.parse(text, (_key, value: unknown) => readBlob(value, blobs));
  } catch (cause) {
    throw new LoadError('LOAD_BAD_MESSAGE', 'Cannot read message: it is malformed', { cause });
  }
}

function readBlob(value: unknown, blobs: Uint8Array): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, '$blob')) return value;
  const [offset, length] = (value as { $blob: [unknown, unknown] }).$blob;
  if (
    !Number.isSafeInteger(offset) ||
    !Number.isSafeInteger(length) ||
    (offset as number) < 0 ||
    (length as number) < 0 ||
    (offset as number) + (length as number) > blobs.length
  ) {
    throw new RangeError('a blob lies outside of the frame');
  }
  // A copy, and not a `Buffer`: that would keep the whole frame alive, and JSON would write it as a special object.
  return new Uint8Array(blobs.subarray(offset as number, (offset as number) + (length as number)));
}
