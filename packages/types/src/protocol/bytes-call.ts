import { CallError } from '../errors/call-error.js';

/** The `data` of a call of a protocol whose payload is `bytes`; the `data` of its output is a `Uint8Array`, or null if the function gave none. */
export interface BytesCall {
  /** Name of the export. */
  readonly function: string;
  /** A string is sent as UTF-8, any other JSON value as JSON. @default no bytes */
  readonly input?: unknown;
}

/** Distinguishes a call from JSON, and an output from none. */
const CALL = 0;
const NO_OUTPUT = 0;
const OUTPUT = 1;
const HEADER_BYTES = 5;

/** Names up to this length are kept: a caller calls the same function again. */
const MAX_KEPT_NAME = 256;

const encoder = new TextEncoder();
const decoder = new TextDecoder();
/** The name that was written last, and the one that was read last. */
let written: KeptName = { name: '', bytes: new Uint8Array() };
let read: KeptName = written;

/**
 * Writes a call as bytes.
 *
 * ```
 * | 0 | u32 le: length of the name | name | input |
 * ```
 *
 * @param data A {@link BytesCall}, or what this function returned for one, which stays as it is.
 * @param room Makes the array for so many bytes; it need not be zero. @default a new one
 * @throws {CallError} `CALL_INVALID_INPUT` for anything else.
 *
 * @example
 * ```ts
 * import { decodeBytesCall, encodeBytesCall } from '@testbench/types/protocols';
 *
 * decodeBytesCall(encodeBytesCall({ function: 'run', input: 'hi' })).name; // => 'run'
 * ```
 */
export function encodeBytesCall(data: unknown, room = newBytes): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const { function: name, input } = Object(data) as Partial<BytesCall>;
  if (typeof name !== 'string') {
    throw new CallError(
      'CALL_INVALID_INPUT',
      'Cannot start call: "data" names no function; expected {"function": "name", "input": …}',
    );
  }
  const nameBytes = writeName(name);
  const bytes = inputBytes(input);
  const call = room(HEADER_BYTES + nameBytes.length + bytes.length);
  call[0] = CALL;
  for (let byte = 0; byte < 4; byte += 1) call[1 + byte] = nameBytes.length >>> (8 * byte);
  call.set(nameBytes, HEADER_BYTES);
  call.set(bytes, HEADER_BYTES + nameBytes.length);
  return call;
}

/**
 * Reads a call, as {@link encodeBytesCall} wrote it or as JSON.
 *
 * @returns The input is a view of `bytes`, or new.
 * @throws {CallError} `CALL_INVALID_INPUT` if it is neither.
 */
export function decodeBytesCall(bytes: Uint8Array): {
  readonly name: string;
  readonly input: Uint8Array;
} {
  const call = bytes[0] === CALL ? bytes : encodeBytesCall(parse(bytes));
  const end = call.length < HEADER_BYTES ? call.length + 1 : HEADER_BYTES + nameLength(call);
  if (end > call.length) {
    throw new CallError('CALL_INVALID_INPUT', 'Cannot start call: its bytes end in its name');
  }
  return { name: readName(call, end), input: call.subarray(end) };
}

/** Marks bytes as an output: the byte before them becomes the mark. @param bytes A byte of room, then the output. */
export function markBytesOutput(bytes: Uint8Array): Uint8Array {
  bytes[0] = OUTPUT;
  return bytes;
}

/** An output that says that there is none. */
export function noBytesOutput(): Uint8Array {
  return Uint8Array.of(NO_OUTPUT);
}

/**
 * Reads an output.
 *
 * @returns A copy of its bytes; null if there is none; undefined if it is malformed.
 */
export function readBytesOutput(bytes: Uint8Array): Uint8Array | null | undefined {
  // Not `slice()` of what may be a Buffer: that would share the memory.
  if (bytes[0] === OUTPUT) return new Uint8Array(bytes.subarray(1));
  return bytes[0] === NO_OUTPUT && bytes.length === 1 ? null : undefined;
}

/** A name and its UTF-8. */
interface KeptName {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function inputBytes(input: unknown): Uint8Array {
  if (input === undefined) return new Uint8Array();
  if (input instanceof Uint8Array) return input;
  if (typeof input === 'string') return encoder.encode(input);
  try {
    return encoder.encode(JSON.stringify(input));
  } catch (cause) {
    throw new CallError('CALL_INVALID_INPUT', 'Cannot write input as JSON: it has no JSON form', {
      cause,
    });
  }
}

function nameLength(call: Uint8Array): number {
  return (call[1]! | (call[2]! << 8) | (call[3]! << 16) | (call[4]! << 24)) >>> 0;
}

function newBytes(length: number): Uint8Array {
  return new Uint8Array(length);
}

function writeName(name: string): Uint8Array {
  if (name === written.name) return written.bytes;
  const bytes = encoder.encode(name);
  if (bytes.length <= MAX_KEPT_NAME) written = { name, bytes };
  return bytes;
}

/** @param end Where the name ends in the call. */
function readName(call: Uint8Array, end: number): string {
  const isSame = (byte: number, index: number): boolean => call[HEADER_BYTES + index] === byte;
  if (read.bytes.length === end - HEADER_BYTES && read.bytes.every(isSame)) return read.name;
  const bytes = call.slice(HEADER_BYTES, end);
  const name = decoder.decode(bytes);
  if (bytes.length <= MAX_KEPT_NAME) read = { name, bytes };
  return name;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes));
  } catch (cause) {
    throw new CallError('CALL_INVALID_INPUT', 'Cannot start call: its bytes are not a call', {
      cause,
    });
  }
}
