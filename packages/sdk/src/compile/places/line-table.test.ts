import { describe, expect, it } from 'vitest';

import { readLineTables } from './line-table.js';

const text = (value: string): number[] => [...new TextEncoder().encode(value), 0];
const u16 = (value: number): number[] => [value & 255, value >> 8];
const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16(value >>> 16)];
const TEXTS = { lineStr: Uint8Array.from(text('src/a.c')), str: new Uint8Array() };

/** Sets the address 16, line 5, column 3, a row; 4 bytes and 2 lines further, another; 4 bytes further, the end. */
const PROGRAM = [0, 5, 2, 16, 0, 0, 0, 3, 4, 5, 3, 1, 13 + 4 * 14 + 5, 2, 4, 0, 1, 1];
const COMMON = [1, 1, 1, 0xfd, 14, 13, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1];

function table(
  version: number,
  lists: readonly number[],
  program: readonly number[] = PROGRAM,
): number[] {
  const header = [...COMMON, ...lists];
  const rest = [
    ...u16(version),
    ...(version >= 5 ? [4, 0] : []),
    ...u32(header.length),
    ...header,
    ...program,
  ];
  return [...u32(rest.length), ...rest];
}

const V4 = [...text('src'), 0, ...text('a.c'), 1, 0, 0, 0];
// The folder is the empty text at the end of the name.
const V5 = [1, 1, 0x1f, 1, ...u32(7), 2, 1, 0x1f, 2, 0x0b, 1, ...u32(0), 0];
const ROWS = [
  { address: 16, file: 1, line: 5, column: 3, isEnd: false },
  { address: 20, file: 1, line: 7, column: 3, isEnd: false },
  { address: 24, file: 1, line: 7, column: 3, isEnd: true },
];

describe('readLineTables()', () => {
  it.each([
    { version: 4, lists: V4, files: [undefined, 'src/a.c'] },
    { version: 5, lists: V5, files: ['src/a.c'] },
  ])('reads version $version', ({ version, lists, files }) => {
    const [found] = readLineTables(Uint8Array.from(table(version, lists)), TEXTS);
    expect(found).toEqual({ files, rows: ROWS });
  });

  it('ends at what it cannot read, and keeps what was before', () => {
    const good = table(4, V4);
    const bad = [
      table(6, V4),
      [...u32(0xffffffff), ...good],
      [...u32(1000), 4, 0],
      table(4, V4, [0, 200, 2]),
      table(4, V4, [3, ...Array.from({ length: 20 }, () => 0xff)]),
      table(4, [...text('src')]),
    ];
    for (const rest of bad) {
      expect(readLineTables(Uint8Array.from([...good, ...rest]), TEXTS).length).toBe(1);
    }
  });

  it('does not fail on any single wrong byte', () => {
    for (const good of [table(4, V4), table(5, V5)]) {
      for (let index = 0; index < good.length; index += 1) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
          const wrong = Uint8Array.from(good);
          wrong[index] = value;
          expect(readLineTables(wrong, TEXTS).length).toBeLessThanOrEqual(2);
        }
      }
    }
  });
});
