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

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Writes a call as bytes.
 *
 * ```
 * | 0 | u32 le: length of the name | name | input |
 * ```
 *
 * @param data A {@link BytesCall}, or what this function returned for one, which stays as it is.
 * @throws {CallError} `CALL_INVALID_INPUT` for anything else.
 *
 * @example
 * ```ts
 * import { decodeBytesCall, encodeBytesCall } from '@testbench/types/protocols';
 *
 * decodeBytesCall(encodeBytesCall({ function: 'run', input: 'hi' })).name; // => 'run'
 * ```
 */
export function encodeBytesCall(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  const { function: name, input } = Object(data) as Partial<BytesCall>;
  if (typeof name !== 'string') {
    throw new CallError(
      'CALL_INVALID_INPUT',
      'Cannot start call: "data" names no function; expected {"function": "name", "input": …}',
    );
  }
  const nameBytes = encoder.encode(name);
  const bytes = inputBytes(input);
  const call = new Uint8Array(HEADER_BYTES + nameBytes.length + bytes.length);
  call[0] = CALL;
  new DataView(call.buffer).setUint32(1, nameBytes.length, true);
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
  return { name: decoder.decode(call.subarray(HEADER_BYTES, end)), input: call.subarray(end) };
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
  return new DataView(call.buffer, call.byteOffset, HEADER_BYTES).getUint32(1, true);
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
