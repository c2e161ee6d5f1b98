import { PluginError } from '@testbench/types/errors';

/** Why bytes are not a module that can be decoded. */
export type DecodeErrorCode =
  /** No bytes at all. */
  | 'DECODE_EMPTY'
  /** WebAssembly text (`(module …`), which has to be assembled first. */
  | 'DECODE_TEXT'
  /** The first four bytes are not `\0asm`. */
  | 'DECODE_NOT_WASM'
  /** A module of a version other than 1. */
  | 'DECODE_VERSION'
  /** A component (layer 1), not a core module. */
  | 'DECODE_COMPONENT'
  /** The bytes, or the enclosing section or body, end too early. */
  | 'DECODE_TRUNCATED'
  /** An integer has more bytes or bits than its type allows. */
  | 'DECODE_OVERLONG'
  /** A section is in the wrong place, or occurs twice. */
  | 'DECODE_SECTION_ORDER'
  /** A section, type, flag or operator that the format does not have. */
  | 'DECODE_UNKNOWN'
  /** A declared size or count differs from the actual one. */
  | 'DECODE_MISMATCH'
  /** A name is not UTF-8. */
  | 'DECODE_UTF8';

/** Bytes that are not a well-formed module. */
export class DecodeError extends PluginError<DecodeErrorCode> {
  /** @param offset Byte offset of the first bad byte, counted from the module's start. */
  constructor(
    code: DecodeErrorCode,
    readonly offset: number,
    message: string,
  ) {
    super(code, `${message} (at offset 0x${offset.toString(16)})`);
  }

  override get name(): 'DecodeError' {
    return 'DecodeError';
  }
}

/**
 * Reports an item that the format does not know.
 *
 * @throws {DecodeError} `DECODE_UNKNOWN`.
 */
export function failUnknown(offset: number, what: string, which: string): never {
  throw new DecodeError('DECODE_UNKNOWN', offset, `Cannot read ${what}: unknown ${which}`);
}
