import { parseWireJson } from '@testbench/types';
import { DatasetFormatError, PluginError } from '@testbench/types/errors';

/**
 * Parses one record of JSON.
 *
 * A record is passed to plugins unchanged, so the rules of the wire apply: valid UTF-8, at most 64 levels.
 *
 * @param content Its bytes, or their text if they were decoded as `lineTexts` does.
 * @throws {DatasetFormatError} With the place; `hint` may say why it is not JSON.
 */
export function parseRecord(
  content: Uint8Array | string,
  place: number,
  hint?: () => string | undefined,
): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = parseWireJson(content);
  } catch (cause) {
    if (!PluginError.is(cause)) throw cause;
    const state = hint?.() ?? `expected a JSON object, ${cause.message}`;
    throw new DatasetFormatError(state, place, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const state = `expected a JSON object, found ${kindOf(value)}`;
    throw new DatasetFormatError(hint?.() ?? state, place);
  }
  return value as Record<string, unknown>;
}

/** Describes a value in words. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : `a ${typeof value}`;
}

/** JSON's white space is one byte each: space, tab, CR, LF. */
export function isBlank(bytes: Uint8Array): boolean {
  return bytes.every(isSpace);
}

/** The same for a text. */
export function isBlankText(text: string): boolean {
  return !/[^ \n\r\t]/.test(text);
}

/** True if a byte is JSON white space. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

/** The first byte of a text that is not white space, after a byte order mark. */
export function firstByte(start: Uint8Array): number | undefined {
  const content = start[0] === 0xef ? start.subarray(3) : start;
  return content.find((byte) => !isSpace(byte));
}
