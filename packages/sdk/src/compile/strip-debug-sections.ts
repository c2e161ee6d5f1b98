import { readSections } from '@testbench/wasm';

/** Sections that only a debugger reads: names, producers, DWARF, and the location of a source map. */
const DEBUG_SECTIONS = /^(?:name|producers|target_features|sourceMappingURL|\.debug_.*)$/;

/** Returns a copy without the sections that only a debugger reads. */
export function stripDebugSections(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return stripSections(bytes, DEBUG_SECTIONS);
}

/** Returns a copy without the custom sections of these names. */
export function stripSections(bytes: Uint8Array, names: RegExp): Uint8Array<ArrayBuffer> {
  const kept = readSections(bytes).filter(({ name }) => name === undefined || !names.test(name));
  const header = bytes.subarray(0, 8);
  const parts = [header, ...kept.map(({ start, end }) => bytes.subarray(start, end))];
  // No Buffer: this also runs in browsers.
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
