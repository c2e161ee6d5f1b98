import { ByteReader, ByteWriter, decodeModule, SectionId } from '@testbench/wasm';

/** Bodies below this count as small for V8. */
const SMALL_BODY = 50;

/** A body that traps: it is valid for any type. */
const TRAP = [0, 0x00, 0x0b];

/**
 * An unmetered module with as many functions added as the meter adds, so that V8 inlines as much in it as in a metered one:
 * V8 decides by the share of small functions.
 */
export function padModule(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const { bodies, functions, sections } = decodeModule(bytes);
  const large = bodies.filter(({ start, end }) => end - start >= SMALL_BODY).length;
  const added = Math.max(0, 2 * large - bodies.length);
  const out = new ByteWriter().raw(bytes.subarray(0, 8));
  for (const { id, start, contentStart, end } of sections) {
    const isCode = id === SectionId.Code;
    if (!isCode && id !== SectionId.Function) {
      out.copy(bytes, start, end);
      continue;
    }
    const old = new ByteReader(bytes, contentStart, end);
    const content = new ByteWriter().u32(old.u32('count') + added).copy(bytes, old.offset, end);
    for (let left = added; left > 0; left -= 1) {
      if (isCode) content.u32(TRAP.length).raw(TRAP);
      else content.u32(functions[0]!);
    }
    out.section(id, content);
  }
  return out.finish();
}
