import { describe, expect, it } from 'vitest';

import { ByteWriter } from './byte-writer.js';
import { appendCustomSection, readCustomSections } from './custom-sections.js';
import { decodeModule } from './decode-module.js';
import { HEADER } from './check-header.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const module = (...sections: number[][]): Uint8Array =>
  Uint8Array.from([...HEADER, ...sections.flat()]);

describe('decodeModule()', () => {
  it.each([
    { bytes: new Uint8Array(), code: 'DECODE_EMPTY', offset: 0 },
    { bytes: text('  (module)'), code: 'DECODE_TEXT', offset: 0 },
    { bytes: text('\uFEFF;; a comment\n(module)'), code: 'DECODE_TEXT', offset: 0 },
    { bytes: text('<!doctype html>'), code: 'DECODE_NOT_WASM', offset: 0 },
    { bytes: Uint8Array.of(0, 0x61, 0x73, 0x6e), code: 'DECODE_NOT_WASM', offset: 3 },
    { bytes: Uint8Array.of(0, 0x61), code: 'DECODE_TRUNCATED', offset: 2 },
    { bytes: HEADER.subarray(0, 6), code: 'DECODE_TRUNCATED', offset: 6 },
    {
      bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 2, 0, 0, 0),
      code: 'DECODE_VERSION',
      offset: 4,
    },
    {
      bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0),
      code: 'DECODE_COMPONENT',
      offset: 6,
    },
    { bytes: module([1, 5, 0]), code: 'DECODE_TRUNCATED', offset: 10 },
    { bytes: module([1, 1, 0], [1, 1, 0]), code: 'DECODE_SECTION_ORDER', offset: 11 },
    { bytes: module([3, 1, 0], [1, 1, 0]), code: 'DECODE_SECTION_ORDER', offset: 11 },
    { bytes: module([77, 1, 0]), code: 'DECODE_UNKNOWN', offset: 8 },
    { bytes: module([1, 2, 0, 0]), code: 'DECODE_MISMATCH', offset: 11 },
    { bytes: module([1, 4, 1, 0x61, 0, 0]), code: 'DECODE_UNKNOWN', offset: 11 },
    { bytes: module([3, 2, 1, 0]), code: 'DECODE_MISMATCH', offset: 12 },
    { bytes: module([0, 2, 1, 0xff]), code: 'DECODE_UTF8', offset: 11 },
    // A count of 2^32 - 1 must not be trusted.
    {
      bytes: module([1, 5, 0xff, 0xff, 0xff, 0xff, 0x0f]),
      code: 'DECODE_TRUNCATED',
      offset: 10,
    },
    {
      bytes: module([1, 5, 0xff, 0xff, 0xff, 0xff, 0x1f]),
      code: 'DECODE_OVERLONG',
      offset: 10,
    },
  ])('rejects $bytes with $code', ({ bytes, code, offset }) => {
    expect(() => decodeModule(bytes)).toThrow(expect.objectContaining({ code, offset }));
  });

  it('reads every index space with imports first', () => {
    const decoded = decodeModule(
      module(
        [1, 6, 1, 0x60, 1, 0x7f, 1, 0x7e],
        [2, 7, 1, 1, 0x6d, 1, 0x66, 0, 0],
        [3, 2, 1, 0],
        [4, 4, 1, 0x70, 0, 3],
        [5, 4, 1, 1, 1, 9],
        [6, 6, 1, 0x7f, 1, 0x41, 5, 0x0b],
        [7, 5, 1, 1, 0x67, 3, 0],
        [9, 7, 1, 0, 0x41, 0, 0x0b, 1, 1],
        [10, 8, 1, 6, 1, 2, 0x7f, 0x42, 0, 0x0b],
        [11, 7, 1, 0, 0x41, 0, 0x0b, 1, 0x78],
      ),
    );
    expect(decoded.types).toMatchObject([{ kind: 'function', params: ['i32'], results: ['i64'] }]);
    expect(decoded.imports).toMatchObject([{ module: 'm', name: 'f', type: { kind: 'function' } }]);
    expect(decoded.functions).toEqual([0, 0]);
    expect(decoded.tables[0]?.type).toMatchObject({ element: 'funcref', minimum: 3 });
    expect(decoded.memories[0]?.type).toMatchObject({ minimum: 1, maximum: 9, shared: false });
    expect(decoded.globals[0]).toMatchObject({ type: { type: 'i32', mutable: true } });
    expect(decoded.exports).toMatchObject([{ name: 'g', kind: 'global', index: 0 }]);
    expect(decoded.elements).toMatchObject([{ mode: 'active', count: 1, expressions: false }]);
    expect(decoded.bodies).toMatchObject([{ locals: 2 }]);
    expect(decoded.data).toMatchObject([{ mode: 'active', memory: 0 }]);
  });
});

describe('readCustomSections()', () => {
  it('returns every payload of that name in file order', () => {
    let bytes: Uint8Array = HEADER;
    for (const [name, payload] of [
      ['a', 'one'],
      ['b', 'two'],
      ['a', 'three'],
    ] as const) {
      bytes = appendCustomSection(bytes, name, text(payload));
    }
    expect(readCustomSections(bytes, 'a').map((p) => new TextDecoder().decode(p))).toEqual([
      'one',
      'three',
    ]);
    expect(WebAssembly.validate(new Uint8Array(bytes))).toBe(true);
  });
});

describe('ByteWriter', () => {
  it.each([
    [0, [0]],
    [-1, [0x7f]],
    [63, [0x3f]],
    [64, [0xc0, 0]],
    [-64, [0x40]],
    [-65, [0xbf, 0x7f]],
    [624485, [0xe5, 0x8e, 0x26]],
    [-123456, [0xc0, 0xbb, 0x78]],
  ])('encodes signed %i', (value, bytes) => {
    expect([...new ByteWriter().signed(value).view()]).toEqual(bytes);
  });

  it.each([
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 1]],
    [0xffff_ffff, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ])('encodes unsigned %i', (value, bytes) => {
    expect([...new ByteWriter().u32(value).view()]).toEqual(bytes);
  });

  it.each([5, 'text', null, undefined, {}, [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0], new ArrayBuffer(8)])(
    'takes %o for a wrong argument, not for a wrong module',
    (bytes) => {
      expect(() => decodeModule(bytes as never)).toThrow(TypeError);
    },
  );
});
