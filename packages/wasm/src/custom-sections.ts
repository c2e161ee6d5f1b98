import { ByteWriter } from './byte-writer.js';
import { checkHeader } from './check-header.js';
import { walkSections } from './read-sections.js';

/**
 * Reads the contents of every custom section with that name, in file order.
 *
 * @returns Views of `bytes`, not copies.
 * @throws {DecodeError} If the bytes are not a sequence of sections.
 *
 * @example
 * ```ts
 * import { appendCustomSection, readCustomSections } from '@testbench/wasm';
 *
 * const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
 * const noted = appendCustomSection(empty, 'note', new TextEncoder().encode('hello'));
 * readCustomSections(noted, 'note').map((payload) => new TextDecoder().decode(payload)); // => ['hello']
 * ```
 */
export function readCustomSections(bytes: Uint8Array, name: string): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (const section of walkSections(bytes)) {
    if (section.name === name) found.push(bytes.subarray(section.contentStart, section.end));
  }
  return found;
}

/**
 * Returns a copy of a module with a custom section at its end.
 *
 * @throws {DecodeError} If the bytes do not begin like a module.
 */
export function appendCustomSection(
  bytes: Uint8Array,
  name: string,
  payload: Uint8Array,
): Uint8Array<ArrayBuffer> {
  checkHeader(bytes);
  const content = new ByteWriter(payload.length + name.length + 8).name(name).raw(payload);
  return new ByteWriter(bytes.length + content.length + 8).raw(bytes).section(0, content).finish();
}
