import { ByteWriter, HEADER } from '@testbench/wasm';

const MIB = 1024 * 1024;

const nameOf = (text: string): Uint8Array => new ByteWriter(text.length + 8).name(text).finish();

type Section = readonly [id: number, ...content: Uint8Array[]];

function moduleOf(...sections: Section[]): Uint8Array {
  return moduleOfList(sections);
}

/** A list, since millions of arguments overflow the stack. */
function moduleOfList(sections: readonly Section[]): Uint8Array {
  const writer = new ByteWriter(64 * 1024).raw(HEADER);
  for (const [id, ...content] of sections) {
    const length = content.reduce((sum, { length: bytes }) => sum + bytes, 0);
    writer.u8(id).u32(length);
    for (const part of content) writer.raw(part);
  }
  return writer.finish();
}

const vector = (items: readonly Uint8Array[]): Uint8Array[] => [
  new ByteWriter(8).u32(items.length).finish(),
  ...items,
];

/** One function type with this many parameters. */
function typeOf(parameters: number): Uint8Array {
  return new ByteWriter(parameters + 16)
    .u8(0x60)
    .u32(parameters)
    .raw(new Uint8Array(parameters).fill(0x7f))
    .u8(0)
    .finish();
}

/** One function, exported under every name. */
function exporting(names: readonly string[], parameters = 0): Uint8Array {
  const exports = names.map((name) =>
    new ByteWriter(name.length + 16).name(name).u8(0).u8(0).finish(),
  );
  return moduleOf(
    [1, ...vector([typeOf(parameters)])],
    [3, ...vector([Uint8Array.of(0)])],
    [7, ...vector(exports)],
    [10, ...vector([Uint8Array.of(2, 0, 0x0b)])],
  );
}

function importing(module: string, name: string, count: number, parameters = 0): Uint8Array {
  const entry = [nameOf(module), nameOf(name), Uint8Array.of(0, 0)];
  const entries = Array.from({ length: count }, () => Uint8Array.from(Buffer.concat(entry)));
  return moduleOf([1, ...vector([typeOf(parameters)])], [2, ...vector(entries)]);
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `e${index}`);

/** Modules that are small, but need a lot of space to be displayed. */
export const WIDE_EXPORTS: Readonly<Record<string, () => Uint8Array>> = {
  'a name of 200,000 characters among 25,000': () =>
    exporting(['x'.repeat(200_000), ...numbered(25_000)]),
  'a name of 200,000 characters among 3,900': () =>
    exporting(['x'.repeat(200_000), ...numbered(3_900)]),
  'a name of 15 MiB': () => exporting(['x'.repeat(15 * MIB)]),
  'a name of 15 MiB of control characters': () => exporting(['\u001B'.repeat(15 * MIB)]),
  'a type of a million parameters, exported 4,000 times': () =>
    exporting(numbered(4_000), 1_000_000),
  '150,000 custom sections': () =>
    moduleOfList(Array.from({ length: 150_000 }, () => [0, nameOf('x')] as const)),
  'a custom section with a name of 15 MiB': () => moduleOf([0, nameOf('x'.repeat(15 * MIB))]),
  'a million empty custom sections': () =>
    moduleOfList(Array.from({ length: 1_000_000 }, () => [0, Uint8Array.of(0)] as const)),
};

/** Modules whose imports are refused one by one. */
export const WIDE_IMPORTS: Readonly<Record<string, () => Uint8Array>> = {
  'an import with a name of 15 MiB': () => importing('env', 'h'.repeat(15 * MIB), 1),
  '800 imports with names of 18,000 characters': () => importing('env', 'h'.repeat(18_000), 800),
  '800 imports of a type of a million parameters': () =>
    importing('env', 'host_log', 800, 1_000_000),
};
