import { ByteReader } from './byte-reader.js';
import { checkHeader } from './check-header.js';
import { DecodeError, failUnknown } from './decode-error.js';
import { type Section, SECTION_NAMES, SECTION_ORDER, SectionId } from './module.js';

/** Reads the frame of every section: id, size, and the name of custom ones. */
export function readSections(bytes: Uint8Array): Section[] {
  return [...walkSections(bytes)];
}

/** Yields the same one by one: a module may have millions of sections. */
export function* walkSections(bytes: Uint8Array): Generator<Section, void, void> {
  checkHeader(bytes);
  const reader = new ByteReader(bytes, 8);
  let rank = -1;
  while (reader.remaining > 0) {
    const start = reader.offset;
    // oxlint-disable-next-line typescript/no-unsafe-enum-assignment -- whether it is one is found out below
    const id = reader.u8('section id') as SectionId;
    const size = reader.u32('section size');
    const end = reader.offset + size;
    reader.need(size, `section "${SECTION_NAMES[id] ?? id}"`);
    let name: string | undefined;
    if (id === SectionId.Custom) {
      const content = new ByteReader(bytes, reader.offset, end);
      name = content.name('name of custom section');
      yield { id, name, start, contentStart: content.offset, end };
    } else {
      const next = SECTION_ORDER.indexOf(id);
      if (next === -1) {
        failUnknown(start, 'section', `id ${id}`);
      }
      if (next <= rank) {
        const state = next === rank ? 'it is there twice' : 'it is out of order';
        throw new DecodeError(
          'DECODE_SECTION_ORDER',
          start,
          `Cannot read section "${SECTION_NAMES[id]}": ${state}`,
        );
      }
      rank = next;
      yield { id, name, start, contentStart: reader.offset, end };
    }
    reader.offset = end;
  }
}
