import { ByteReader, ByteWriter, type Module, SECTION_ORDER, SectionId } from '@testbench/wasm';

import type { AppendedIndices, HelperFunctions } from './helper-functions.js';
import { Opcode } from './operators.js';
import { DENIED_EXPORT, FUEL_EXPORT, HOOK_EXPORT, stateExport } from './reserved-names.js';

/** Custom sections that speak of code by its position, which the rewriting changes. */
const STALE_SECTIONS =
  /^(\.debug_|reloc\.|linking$|sourceMappingURL$|external_debug_info$|metadata\.code\.)/;

/**
 * Puts a module together again, with everything appended to its index space, so that nothing in it is counted anew.
 *
 * @param code The metered bodies, each behind its size.
 * @param hints Content of the branch hint section, empty if there is nothing to hint at.
 */
export function assembleModule(
  module: Module,
  code: ByteWriter,
  helpers: HelperFunctions,
  hints: ByteWriter,
  startFuel: number,
  exportState: boolean,
): Uint8Array<ArrayBuffer> {
  const { bytes } = module;
  const hasNull = helpers.at.nullGlobal !== -1;
  /** Ranges of bytes to be joined: a module may have hundreds of megabytes, and each is copied once. */
  const parts = [bytes.subarray(0, 8)];
  const section = (id: number, content: ByteWriter): void => {
    parts.push(new ByteWriter(content.length + 8).section(id, content).view());
  };

  /** Writes a section with what is new at its end; false if nothing is. The old content may be missing. */
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
        // Each new type is an entry, and so a recursion group, of its own.
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
        // funcref, one element at least and at most.
        append(1, (content) => content.raw([0x70, 1, 1, 1]));
        break;
      case SectionId.Global:
        append(hasNull ? 3 : 2, (content) => {
          content.raw([0x7e, 1, Opcode.I64Const]).signed(startFuel).u8(Opcode.End);
          content.raw([0x7f, 1, Opcode.I32Const, 0, Opcode.End]);
          // Mutable, or engines would take it for what it is.
          if (hasNull) content.raw([0x70, 1, Opcode.RefNull, 0x70, Opcode.End]);
        });
        break;
      case SectionId.Export: {
        const added = newExports(module, helpers.at, exportState);
        append(added.length, (content) => {
          for (const [name, kind, index] of added) content.name(name).u8(kind).u32(index);
        });
        break;
      }
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
      // Sections that the module lacks go where the order wants them.
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

function newExports(
  module: Module,
  at: AppendedIndices,
  exportState: boolean,
): (readonly [name: string, kind: number, index: number])[] {
  const added: (readonly [string, number, number])[] = [
    [FUEL_EXPORT, 3, at.fuelGlobal],
    [DENIED_EXPORT, 3, at.deniedGlobal],
    [HOOK_EXPORT, 1, at.hookTable],
  ];
  if (exportState) {
    module.globals.forEach(({ type }, index) => {
      if (type.mutable) added.push([stateExport('global', index), 3, index]);
    });
    module.tables.forEach((_, index) => added.push([stateExport('table', index), 1, index]));
    module.memories.forEach((_, index) => added.push([stateExport('memory', index), 2, index]));
  }
  return added;
}
