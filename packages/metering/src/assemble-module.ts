import { ByteReader, ByteWriter, type Module, SECTION_ORDER, SectionId } from '@testbench/wasm';

import type { HelperFunctions } from './helper-functions.js';
import { ATTACH_EXPORT } from './reserved-names.js';

/** Custom sections that refer to code by its position, which the rewriting changes. */
const STALE_SECTIONS =
  /^(\.debug_|reloc\.|linking$|sourceMappingURL$|external_debug_info$|metadata\.code\.)/;

/**
 * Reassembles a module, with everything new appended to its index space, so that no index changes.
 *
 * @param code The metered bodies, each preceded by its size.
 * @param hints Content of the branch hint section, empty if there are no hints.
 * @param attach Index of the function that is exported for the host.
 * @param deferStart Leaves the start section out.
 */
export function assembleModule(
  module: Module,
  code: ByteWriter,
  helpers: HelperFunctions,
  hints: ByteWriter,
  attach: number,
  deferStart: boolean,
): Uint8Array<ArrayBuffer> {
  const { bytes } = module;
  /** Ranges of bytes to be joined: a module may have hundreds of megabytes, and each range is copied once. */
  const parts = [bytes.subarray(0, 8)];
  const section = (id: number, content: ByteWriter): void => {
    parts.push(new ByteWriter(content.length + 8).section(id, content).view());
  };

  /** Writes a section with the new entries at its end; false if there are none. The old content may be missing. */
  const extend = (id: SectionId, start = 0, end = 0): boolean => {
    const append = (added: number, write: (content: ByteWriter) => void): void => {
      const old = new ByteReader(bytes, start, end);
      const count = (start < end ? old.u32('count') : 0) + added;
      const content = new ByteWriter(end - start + 64).u32(count).copy(bytes, old.offset, end);
      write(content);
      section(id, content);
    };
    switch (id) {
      case SectionId.Type:
        // Each new type is a separate entry, and so a separate recursion group.
        append(helpers.newTypes.length, (content) => {
          for (const type of helpers.newTypes) content.raw(type);
        });
        break;
      case SectionId.Function:
        append(helpers.types.length, (content) => {
          for (const type of helpers.types) content.u32(type);
        });
        break;
      case SectionId.Table:
        append(helpers.newTables.length, (content) => {
          for (const table of helpers.newTables) content.raw(table);
        });
        break;
      case SectionId.Global:
        append(helpers.newGlobals.length, (content) => {
          for (const global of helpers.newGlobals) content.raw(global);
        });
        break;
      case SectionId.Export:
        append(1, (content) => content.name(ATTACH_EXPORT).u8(0).u32(attach));
        break;
      case SectionId.Element:
        // A declarative segment: only functions named in one may be referenced.
        append(1, (content) => {
          content.u8(3).u8(0).u32(helpers.referenced.length);
          for (const index of helpers.referenced) content.u32(index);
        });
        break;
      case SectionId.Start:
        if (!deferStart) return false;
        break;
      case SectionId.Code: {
        if (hints.length > 0) section(SectionId.Custom, hints);
        const count = new ByteWriter().u32(module.bodies.length + helpers.bodies.length);
        const tail = new ByteWriter();
        for (const body of helpers.bodies) tail.u32(body.length).raw(body);
        const head = new ByteWriter().u8(id).u32(count.length + code.length + tail.length);
        parts.push(head.raw(count.view()).view(), code.view(), tail.view());
        break;
      }
      default:
        return false;
    }
    return true;
  };

  const left = [...SECTION_ORDER];
  for (const { id, name, start, contentStart, end } of module.sections) {
    if (id !== SectionId.Custom) {
      // Missing sections are added where the section order requires them.
      while (left[0] !== id) extend(left.shift()!);
      left.shift();
      if (extend(id, contentStart, end)) continue;
    } else if (STALE_SECTIONS.test(name!)) continue;
    parts.push(bytes.subarray(start, end));
  }
  for (const id of left) extend(id);
  const joined = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
