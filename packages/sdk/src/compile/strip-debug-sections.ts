import { ByteWriter, readSections } from '@testbench/wasm';

/** Sections that only a debugger reads: names, producers, DWARF, and the location of a source map. */
const DEBUG_SECTIONS = /^(?:name|producers|target_features|sourceMappingURL|\.debug_.*)$/;

/** Returns a copy without the sections that only a debugger reads. */
export function stripDebugSections(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return stripSections(bytes, DEBUG_SECTIONS);
}

/** Returns a copy without the custom sections of these names. */
export function stripSections(bytes: Uint8Array, names: RegExp): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter(bytes.length).copy(bytes, 0, 8);
  for (const { name, start, end } of readSections(bytes)) {
    if (name === undefined || !names.test(name)) writer.copy(bytes, start, end);
  }
  return writer.finish();
}
