import { ByteReader, ByteWriter, decodeModule, readSections, SectionId } from '@testbench/wasm';

import { engineFiles } from '../engine-files.js';
import { MAX_SEGMENTS, SMALLEST_GAP } from '../limits.js';
import type { Engine } from './engine.js';
import { copyScrubbed } from './scrub.js';

/** Exports that the host sees; the others were for the build. */
const KEPT_EXPORTS: ReadonlySet<string> = new Set([
  'memory',
  'plugin_alloc',
  'plugin_free',
  'plugin_metadata',
  'plugin_init',
  'plugin_execute',
  'plugin_shutdown',
]);
const FUNCTION = 0;
const MEMORY = 2;
const PAGE_BYTES = 65_536;

/** `i32.const`, `end` */
const I32_CONST = 0x41;
const END = 0x0b;

/**
 * Makes a module that starts in the engine's current state, with its memory and its globals.
 *
 * This is what Wizer does. The interpreter cannot be used afterwards. Nothing runs when the module is instantiated: a start costs as much as copying the memory.
 */
export function takeSnapshot(
  { instance }: Pick<Engine, 'instance'>,
  bytes: Uint8Array = engineFiles().bytes,
): Uint8Array<ArrayBuffer> {
  const globals = writeGlobals(bytes, instance);
  const memory = copyScrubbed({
    memory: instance.exports['memory'] as WebAssembly.Memory,
    allocate: instance.exports['plugin_alloc'] as (size: number) => number,
  });
  const writer = new ByteWriter(bytes.length + memory.length / 2).raw(bytes.subarray(0, 8));
  for (const section of readSections(bytes)) {
    switch (section.id) {
      case SectionId.Custom:
      case SectionId.DataCount:
      case SectionId.Data:
        break;
      case SectionId.Memory:
        writer.section(
          section.id,
          new ByteWriter()
            .u8(1)
            .u8(0)
            .u32(memory.length / PAGE_BYTES),
        );
        break;
      case SectionId.Global:
        writer.section(section.id, globals);
        break;
      case SectionId.Export:
        writer.section(section.id, writeExports(bytes, section.contentStart, section.end));
        break;
      default:
        writer.raw(bytes.subarray(section.start, section.end));
    }
  }
  return writer.section(SectionId.Data, writeData(memory)).finish();
}

function writeGlobals(bytes: Uint8Array, instance: WebAssembly.Instance): ByteWriter {
  const { globals } = decodeModule(bytes);
  const content = new ByteWriter().u32(globals.length);
  for (const [index, { type, initial }] of globals.entries()) {
    if (type.type !== 'i32')
      throw new RangeError(
        `Cannot take a snapshot: global ${index} is ${JSON.stringify(type.type)}`,
      );
    content.u8(0x7f).u8(type.mutable ? 1 : 0);
    if (!type.mutable) content.copy(bytes, initial!.start, initial!.end);
    else {
      const global = instance.exports[`build_global_${index}`] as WebAssembly.Global<'i32'>;
      content.u8(I32_CONST).signed(global.value).u8(END);
    }
  }
  return content;
}

function writeExports(bytes: Uint8Array, start: number, end: number): ByteWriter {
  const reader = new ByteReader(bytes, start, end);
  const count = reader.u32('exports');
  const kept = new ByteWriter();
  let found = 0;
  for (let index = 0; index < count; index += 1) {
    const name = reader.name('name');
    const kind = reader.u8('kind');
    const item = reader.u32('index');
    if (!KEPT_EXPORTS.has(name) || (kind !== FUNCTION && kind !== MEMORY)) continue;
    kept.name(name).u8(kind).u32(item);
    found += 1;
  }
  return new ByteWriter().u32(found).raw(kept.view());
}

/** Memory that is not zero, as segments: more segments make a start slower; larger gaps within them make the module larger. */
function writeData(memory: Uint8Array): ByteWriter {
  let ranges = findRanges(memory, SMALLEST_GAP);
  for (let gap = 2 * SMALLEST_GAP; ranges.length > 2 * MAX_SEGMENTS; gap *= 2) {
    ranges = findRanges(memory, gap);
  }
  const content = new ByteWriter(memory.length / 2).u32(ranges.length / 2);
  for (let index = 0; index < ranges.length; index += 2) {
    const start = ranges[index]!;
    const end = ranges[index + 1]!;
    content
      .u8(0)
      .u8(I32_CONST)
      .signed(start)
      .u8(END)
      .u32(end - start)
      .copy(memory, start, end);
  }
  return content;
}

/** Starts and ends of ranges that are not zero, alternating; zeros up to `gap` are part of a range. */
function findRanges(memory: Uint8Array, gap: number): number[] {
  const ranges: number[] = [];
  const words = new Uint32Array(memory.buffer, memory.byteOffset, memory.length >> 2);
  let end = -1;
  for (let index = 0; index < words.length; index += 1) {
    if (words[index] === 0) continue;
    const start = 4 * index;
    if (end === -1 || start - end > gap) {
      if (end !== -1) ranges.push(end);
      ranges.push(start);
    }
    end = start + 4;
  }
  if (end !== -1) ranges.push(end);
  return ranges;
}
