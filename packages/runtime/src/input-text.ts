import type { ProtocolInput } from '@testbench/types/abi';

import { MAX_SHARED_BYTES, MIN_SHARED_BYTES } from './limits.js';

const encoder = new TextEncoder();
/** One buffer for all instances of this thread: a fresh one for each call costs more than the encoding. */
let shared = new Uint8Array(MIN_SHARED_BYTES);
let encodings = 0;

/**
 * UTF-8 of an input in a shared buffer: valid until the next encoding, see {@link encodingCount}.
 *
 * @returns A view of the shared buffer; a new array if the input does not fit. Bytes are returned as they are.
 */
export function encodeShared(input: ProtocolInput): Uint8Array {
  if (input instanceof Uint8Array) return input;
  encodings += 1;
  const length = textLength(input);
  makeRoom(length);
  if (length > shared.length) return encoder.encode(join(input));
  if (typeof input === 'string') {
    const { read, written } = encoder.encodeInto(input, shared);
    return read === length ? shared.subarray(0, written) : encoder.encode(input);
  }
  let end = 0;
  for (const part of input) {
    const { read, written } = encoder.encodeInto(part, shared.subarray(end));
    if (read !== part.length) return encoder.encode(join(input));
    end += written;
  }
  return shared.subarray(0, end);
}

/** Increases with each use of the shared buffer. */
export function encodingCount(): number {
  return encodings;
}

/** Length of an input in UTF-16 units, which is at most its length in bytes; for bytes, their number. */
function textLength(input: ProtocolInput): number {
  if (typeof input === 'string' || input instanceof Uint8Array) return input.length;
  let length = 0;
  for (const part of input) length += part.length;
  return length;
}

/** True if the UTF-8 of an input is certain not to be longer than `maxBytes`. */
export function surelyFits(input: ProtocolInput, maxBytes: number): boolean {
  // A UTF-16 unit takes at most three bytes.
  return textLength(input) * (input instanceof Uint8Array ? 1 : 3) <= maxBytes;
}

/** Grows the shared buffer by doubling, so that text in any script fits if possible. */
function makeRoom(length: number): void {
  const wanted = Math.min(length * 3, MAX_SHARED_BYTES);
  if (wanted <= shared.length) return;
  let size = shared.length;
  while (size < wanted) size *= 2;
  shared = new Uint8Array(size);
}

/** An input as one text. */
export function joinInput(input: ProtocolInput): string {
  // A copy: the bytes may be in memory that threads share, which not every decoder takes.
  return input instanceof Uint8Array ? new TextDecoder().decode(input.slice()) : join(input);
}

function join(input: string | readonly string[]): string {
  return typeof input === 'string' ? input : input.join('');
}
