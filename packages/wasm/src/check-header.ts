import { DecodeError, type DecodeErrorCode } from './decode-error.js';

/** The magic number and version with which every module begins. */
export const HEADER = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** First bytes of files that people pass by mistake. */
const MISTAKES: readonly (readonly [prefix: readonly number[], what: string])[] = [
  [[0x1f, 0x8b], 'gzip data; decompress it first'],
  [[0x50, 0x4b, 0x03, 0x04], 'a zip archive'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'zstd data; decompress it first'],
  [[0x7f, 0x45, 0x4c, 0x46], 'a native ELF binary'],
  [[0x42, 0x43, 0xc0, 0xde], 'LLVM bitcode'],
  [[0x3c], 'HTML or XML, perhaps an error page'],
];

/**
 * Throws unless the bytes begin like a core WebAssembly module; the error says what they are instead.
 *
 * @throws {DecodeError} `DECODE_EMPTY`, `DECODE_TEXT`, `DECODE_NOT_WASM`, `DECODE_VERSION`, `DECODE_COMPONENT` or
 *   `DECODE_TRUNCATED`.
 * @throws {TypeError} For anything but a `Uint8Array`.
 */
export function checkHeader(bytes: Uint8Array): void {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Cannot decode module: expected a Uint8Array, found ${describe(bytes)}`);
  }
  if (bytes.length === 0) fail('DECODE_EMPTY', 0, 'no bytes');
  for (let index = 0; index < 4; index += 1) {
    if (index === bytes.length) fail('DECODE_TRUNCATED', index, 'unexpected end of its header');
    if (bytes[index] === HEADER[index]) continue;
    // `(module …`, after white space, a byte order mark or a line comment.
    if (/^\s*(\(|;;)/.test(new TextDecoder().decode(bytes.subarray(0, 512))))
      fail('DECODE_TEXT', 0, 'this is the text format; assemble it first');
    const mistake = MISTAKES.find(([prefix]) => prefix.every((byte, at) => bytes[at] === byte));
    fail(
      'DECODE_NOT_WASM',
      index,
      `no magic number; this looks like ${mistake?.[1] ?? 'other data'}`,
    );
  }
  if (bytes.length < 8) fail('DECODE_TRUNCATED', bytes.length, 'unexpected end of its header');
  const version = bytes[4]! | (bytes[5]! << 8);
  const layer = bytes[6]! | (bytes[7]! << 8);
  if (layer === 1) fail('DECODE_COMPONENT', 6, 'this is a component; a core module is needed');
  if (version !== 1 || layer !== 0)
    fail('DECODE_VERSION', 4, `version is ${version}, layer ${layer}`);
}

function fail(code: DecodeErrorCode, offset: number, state: string): never {
  throw new DecodeError(code, offset, `Cannot read module: ${state}`);
}

function describe(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
