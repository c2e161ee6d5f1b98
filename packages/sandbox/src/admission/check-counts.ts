// oxlint-disable typescript/no-unsafe-enum-comparison -- section ids are numbers where they come from: bytes
import type { AdmissionViolation } from '@testbench/types/errors';
import { ByteReader, checkHeader, SectionId } from '@testbench/wasm';

import { type AdmissionCaps, MAX_TYPE_SECTION_BYTES, READABLE_EXCESS } from '../limits.js';

/** The cap for each section that begins with the count of its entries. */
const CAPS: Readonly<Record<number, keyof AdmissionCaps>> = {
  [SectionId.Type]: 'maxTypes',
  [SectionId.Import]: 'maxImports',
  [SectionId.Function]: 'maxFunctions',
  [SectionId.Table]: 'maxTables',
  [SectionId.Memory]: 'maxMemories',
  [SectionId.Global]: 'maxGlobals',
  [SectionId.Export]: 'maxExports',
  [SectionId.Element]: 'maxSegments',
  [SectionId.Code]: 'maxFunctions',
  [SectionId.Data]: 'maxSegments',
};

/**
 * Reads only the beginnings of sections, to find counts that make a module expensive to decode: a million of anything
 * takes a second and hundreds of megabytes.
 *
 * @returns Counts too large even to be read; any other faults of the module then stay unknown.
 * @throws {DecodeError} If there is no header. Other malformed content is left to the decoder.
 */
export function checkCounts(bytes: Uint8Array, caps: AdmissionCaps): AdmissionViolation[] {
  checkHeader(bytes);
  const violations: AdmissionViolation[] = [];
  const compare = (
    rule: string,
    what: string,
    value: number,
    limit: number,
    offset: number,
  ): void => {
    if (value <= limit) return;
    violations.push({
      rule,
      value,
      limit,
      offset,
      message: `${what}: ${value}, limit is ${limit}`,
    });
  };
  compare('maxModuleBytes', 'module bytes', bytes.length, caps.maxModuleBytes, 0);
  const reader = new ByteReader(bytes, 8);
  let customs = 0;
  while (violations.length === 0 && reader.remaining > 0) {
    const start = reader.offset;
    const id = reader.u8('section id');
    const size = reader.u32('section size');
    const end = reader.offset + size;
    if (id === SectionId.Custom) {
      customs += 1;
      const limit = READABLE_EXCESS * caps.maxCustomSections;
      compare('maxCustomSections', 'custom sections', customs, limit, start);
    }
    if (id === SectionId.Type) {
      compare('maxTypes', 'bytes of types', size, MAX_TYPE_SECTION_BYTES, start);
    }
    const cap = CAPS[id];
    if (cap !== undefined && size > 0) {
      const count = reader.u32('count');
      compare(cap, 'entries of a section', count, READABLE_EXCESS * caps[cap], start);
    }
    if (end > bytes.length) break;
    reader.offset = end;
  }
  return violations;
}
