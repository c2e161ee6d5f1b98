import { describe, expect, it } from 'vitest';

import { parseSourceMap } from './parse-source-map.js';
import { writeSourceMap } from './write-source-map.js';

const bytes = (value: unknown): Uint8Array =>
  new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

const map = (fields: object): Uint8Array =>
  bytes({ version: 3, sources: ['a.ts'], names: [], mappings: '', ...fields });

const PARTS = {
  mappings: [
    { offset: 10, source: 0, line: 4, column: 2 },
    { offset: 14, source: 1, line: 0, column: 7 },
    { offset: 20, source: -1, line: 0, column: 0 },
    { offset: 1_000_000, source: 0, line: 99_999, column: 0 },
  ],
  sources: ['a.ts', 'b.ts'],
  contents: ['one\ntwo\r\nthree\nfour\nfive\nsix\nseven', null],
  functions: ['', 'score'],
  digest: 'sha256:00',
};

describe('parseSourceMap()', () => {
  const read = parseSourceMap(bytes(writeSourceMap(PARTS)));

  it.each([
    { offset: 9, place: undefined },
    { offset: 10, place: { file: 'a.ts', line: 5, column: 3 } },
    { offset: 13, place: { file: 'a.ts', line: 5, column: 3 } },
    { offset: 14, place: { file: 'b.ts', line: 1, column: 8 } },
    { offset: 25, place: undefined },
    { offset: 2_000_000, place: { file: 'a.ts', line: 100_000, column: 1 } },
  ])('finds the place of offset $offset', ({ offset, place }) => {
    expect(read.find(offset)).toEqual(place);
  });

  it('finds no place of another function', () => {
    expect(read.find(13, 11)).toBeUndefined();
  });

  it('knows names, the digest, and lines around a place', () => {
    expect([read.functionName(0), read.functionName(1), read.functionName(7)]).toEqual([
      undefined,
      'score',
      undefined,
    ]);
    expect(read.digest).toBe('sha256:00');
    expect(read.excerpt(10)).toEqual([
      { line: 3, text: 'three' },
      { line: 4, text: 'four' },
      { line: 5, text: 'five' },
      { line: 6, text: 'six' },
    ]);
    // The text has fewer lines than the map says, or is absent.
    expect(read.excerpt(2_000_000)).toEqual([]);
    expect(read.excerpt(14)).toEqual([]);
  });

  it('escapes what would drive a terminal, and cuts what is long', () => {
    const hostile = parseSourceMap(
      map({
        sources: ['../../\u001b[31m\n/etc/passwd'],
        sourcesContent: ['\u001b]0;x\u0007\u202e'],
        mappings: 'AAAA',
        x_functions: ['\r\u001b[2J', 'x'.repeat(10_000)],
      }),
    );
    expect(hostile.find(0)?.file).toBe('../../\\x1b[31m\\x0a/etc/passwd');
    expect(hostile.excerpt(0)).toEqual([{ line: 1, text: '\\x1b]0;x\\x07\\u202e' }]);
    expect(hostile.functionName(0)).toBe('\\x0d\\x1b[2J');
    expect(hostile.functionName(1)?.length).toBe(1000);
  });

  it.each([
    ['no JSON', '{', 'WIRE_BAD_JSON'],
    ['another encoding', '\u00ff\u00fe', 'WIRE_BAD_JSON'],
    ['a list', '[]', 'WIRE_BAD_SHAPE'],
    ['another version', { version: 2 }, 'WIRE_BAD_SHAPE'],
    ['an index of maps, which may be a circle', { version: 3, sections: [] }, 'WIRE_BAD_SHAPE'],
    ['mappings of another type', { version: 3, mappings: 7 }, 'WIRE_BAD_SHAPE'],
    ['a negative offset', { version: 3, sources: ['a'], mappings: 'DAAA' }, 'WIRE_BAD_SHAPE'],
    [
      'offsets that go back',
      { version: 3, sources: ['a'], mappings: 'KAAA,DAAA' },
      'WIRE_BAD_SHAPE',
    ],
    ['a negative line', { version: 3, sources: ['a'], mappings: 'AADA' }, 'WIRE_BAD_SHAPE'],
    [
      'a source that is not there',
      { version: 3, sources: ['a'], mappings: 'ACAA' },
      'WIRE_BAD_SHAPE',
    ],
    ['several lines', { version: 3, sources: ['a'], mappings: 'AAAA;AAAA' }, 'WIRE_BAD_SHAPE'],
    ['no digits', { version: 3, sources: ['a'], mappings: '!!' }, 'WIRE_BAD_SHAPE'],
    ['half a place', { version: 3, sources: ['a'], mappings: 'AA' }, 'WIRE_BAD_SHAPE'],
    ['too many numbers', { version: 3, sources: ['a'], mappings: 'AAAAAA' }, 'WIRE_BAD_SHAPE'],
    [
      'a number without end',
      { version: 3, sources: ['a'], mappings: 'g'.repeat(99) },
      'WIRE_BAD_SHAPE',
    ],
    ['sources of another type', { version: 3, sources: [7], mappings: '' }, 'WIRE_BAD_SHAPE'],
    ['too many brackets', `[${'[],'.repeat(300_000)}0]`, 'WIRE_BAD_SHAPE'],
    ['too many bytes', ' '.repeat(16 * 2 ** 20 + 1), 'WIRE_BAD_SHAPE'],
    [
      'too many places',
      { version: 3, sources: ['a'], mappings: 'A,'.repeat(2_000_001) },
      'WIRE_BAD_SHAPE',
    ],
  ])('refuses %s', (_what, given, code) => {
    expect(() => parseSourceMap(bytes(given))).toThrow(expect.objectContaining({ code }));
  });

  it('writes the same for the same parts', () => {
    expect(writeSourceMap(PARTS)).toBe(writeSourceMap(structuredClone(PARTS)));
  });
});
