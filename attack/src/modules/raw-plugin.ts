import { METADATA } from '@testbench/test-kit';
import { ByteWriter, HEADER, SectionId } from '@testbench/wasm';

/** `count` equal items of a section. */
interface Items {
  readonly count: number;
  readonly item: ArrayLike<number>;
  /** Other items after them. */
  readonly next?: Items;
}

/** What a raw plugin has in addition to the parts that every plugin has; each part is encoded as the section requires. */
export interface RawParts {
  readonly types?: Items;
  /** Type index of each further function; their bodies are `bodies`. */
  readonly functions?: Items;
  readonly bodies?: Items;
  readonly tables?: Items;
  /** Replaces `(memory 2)`. */
  readonly memories?: Items;
  readonly globals?: Items;
  readonly exports?: Items;
  readonly elements?: Items;
  readonly data?: Items;
  /** Locals and code of `plugin_execute`, before its result; without `end`. */
  readonly execute?: { readonly locals: ArrayLike<number>; readonly code: ArrayLike<number> };
  /** Sections after the last, each with its frame. */
  readonly customs?: Items;
}

const I32 = 0x7f;
const I64 = 0x7e;
const END = 0x0b;
const NONE: Items = { count: 0, item: [] };
const OUTPUT = '{"data":"fine"}';
/** Index of the type `() -> ()`. */
export const EMPTY_TYPE = 6;

/** Types of the contract's functions, in the order of {@link NAMES}. */
const TYPES = [
  [0x60, 1, I32, 1, I32],
  [0x60, 2, I32, I32, 0],
  [0x60, 0, 1, I64],
  [0x60, 2, I32, I32, 1, I32],
  [0x60, 2, I32, I32, 1, I64],
  [0x60, 0, 1, I32],
  [0x60, 0, 0],
];
const NAMES = [
  'plugin_alloc',
  'plugin_free',
  'plugin_metadata',
  'plugin_init',
  'plugin_execute',
  'plugin_shutdown',
];

/**
 * A plugin of the v1 contract, byte by byte: for modules that are too large for text, and for those that no assembler would write.
 */
export function rawPlugin(parts: RawParts = {}): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(1024).raw(HEADER);
  const section = (id: number, items: Items, own: readonly ArrayLike<number>[]): void => {
    let { length: count } = own;
    const content = new ByteWriter(items.item.length * items.count + 256);
    for (const bytes of own) content.raw(bytes);
    for (let more: Items | undefined = items; more !== undefined; more = more.next) {
      count += more.count;
      for (let index = 0; index < more.count; index += 1) content.raw(more.item);
    }
    if (count === 0) return;
    const whole = new ByteWriter(content.length + 8).u32(count).raw(content.view());
    out.section(id, whole);
  };
  section(SectionId.Type, parts.types ?? NONE, TYPES);
  section(
    SectionId.Function,
    parts.functions ?? NONE,
    NAMES.map((_, index) => [index]),
  );
  section(SectionId.Table, parts.tables ?? NONE, []);
  section(SectionId.Memory, parts.memories ?? NONE, parts.memories === undefined ? [[0, 2]] : []);
  section(SectionId.Global, parts.globals ?? NONE, []);
  section(SectionId.Export, parts.exports ?? NONE, [
    exportOf('memory', 2, 0),
    ...NAMES.map((name, index) => exportOf(name, 0, index)),
  ]);
  section(SectionId.Element, parts.elements ?? NONE, []);
  const execute = parts.execute ?? { locals: [0], code: [] };
  section(SectionId.Code, parts.bodies ?? NONE, [
    body([0], constant(0x41, 65_536)),
    body([0], []),
    body([0], packed(1024, METADATA.length)),
    body([0], constant(0x41, 0)),
    body(execute.locals, [...Array.from(execute.code), ...packed(4096, OUTPUT.length)]),
    body([0], constant(0x41, 0)),
  ]);
  section(SectionId.Data, parts.data ?? NONE, [dataAt(1024, METADATA), dataAt(4096, OUTPUT)]);
  const { count, item } = parts.customs ?? NONE;
  for (let index = 0; index < count; index += 1) out.raw(item);
  return out.finish();
}

/** A function body with its size: locals as encoded, code without `end`. */
export function body(locals: ArrayLike<number>, code: ArrayLike<number>): Uint8Array {
  const content = new ByteWriter(locals.length + code.length + 1).raw(locals).raw(code).u8(END);
  return new ByteWriter(content.length + 5).u32(content.length).raw(content.view()).finish();
}

/** Encoded locals of one function: `count` of type i32. */
export function localsOf(count: number): Uint8Array {
  return new ByteWriter().u8(1).u32(count).u8(I32).finish();
}

/** The same bytes, `count` times. */
export function repeated(count: number, bytes: readonly number[]): Uint8Array {
  const all = new Uint8Array(count * bytes.length);
  for (let index = 0; index < count; index += 1) all.set(bytes, index * bytes.length);
  return all;
}

/** A custom section with its frame. */
export function customSection(bytes: number): Uint8Array {
  const content = new ByteWriter(bytes + 8).name('x').raw(new Uint8Array(bytes));
  return new ByteWriter(content.length + 8).section(SectionId.Custom, content).finish();
}

/** An encoded export. */
export function exportOf(name: string, kind: number, index: number): Uint8Array {
  return new ByteWriter().name(name).u8(kind).u32(index).finish();
}

function constant(opcode: number, value: number): number[] {
  return [...new ByteWriter().u8(opcode).signed(value).view()];
}

function packed(ptr: number, len: number): number[] {
  return constant(0x42, ptr * 2 ** 32 + len);
}

function dataAt(offset: number, text: string): Uint8Array {
  const bytes = new TextEncoder().encode(text);
  return new ByteWriter()
    .u8(0)
    .raw(constant(0x41, offset))
    .u8(END)
    .u32(bytes.length)
    .raw(bytes)
    .finish();
}
