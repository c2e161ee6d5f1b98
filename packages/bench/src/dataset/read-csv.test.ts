import { describe, expect, it } from 'vitest';

import { collect, temporaryFile } from '../__fixtures__/temporary-folder.js';
import { readCsv } from './read-csv.js';

describe('readCsv()', () => {
  it('reads quoted fields with commas, quotes and line ends', async () => {
    const file = await temporaryFile('data.csv', 'q,a\n"1, ""2""",x\n\n"two\nlines",y\n3,\n');
    const records = await collect(readCsv(file));
    expect(records.map(({ index, line, row }) => ({ index, line, row }))).toEqual([
      { index: 0, line: 2, row: { q: '1, "2"', a: 'x' } },
      { index: 1, line: 5, row: { q: 'two\nlines', a: 'y' } },
      { index: 2, line: 6, row: { q: '3', a: '' } },
    ]);
  });

  it('reads CR LF and a byte order mark', async () => {
    const file = await temporaryFile('data.csv', '\uFEFFq,a\r\n1,"x\r\ny"\r\n');
    const records = await collect(readCsv(file));
    expect(records.map(({ row, line }) => ({ row, line }))).toEqual([
      { row: { q: '1', a: 'x\r\ny' }, line: 3 },
    ]);
  });

  it('counts the lines of records after quoted line ends and blank lines', async () => {
    const text = 'q,a\r\n1,"x\r\ny"\r\n\r\n2,"\r\n\r\n"\r\n\n\r\n"3\n",z\r\n';
    const records = await collect(readCsv(await temporaryFile('data.csv', text)));
    expect(records.map(({ line, row }) => [line, row['q']])).toEqual([
      [3, '1'],
      [7, '2'],
      [11, '3\n'],
    ]);
    expect(records.at(-1)?.endByte).toBe(text.length);
  });

  it.each([
    { name: 'a quoting error', last: 'a"b,1\n' },
    { name: 'too few fields', last: '1\n' },
    { name: 'an open quote', last: '"' },
    { name: 'a zero byte', last: 'a\0,1' },
    { name: 'other bytes', last: Buffer.from([0xff, 0x0a]) },
  ])('gives the records before $name', async ({ last }) => {
    const content = Buffer.concat([Buffer.from('q,a\n1,2\n3,4\n'), Buffer.from(last)]);
    const records = readCsv(await temporaryFile('data.csv', content));
    expect(await records.next()).toMatchObject({ value: { row: { q: '1' } } });
    expect(await records.next()).toMatchObject({ value: { row: { q: '3' } } });
    await expect(records.next()).rejects.toMatchObject({ line: 4 });
  });

  it('reads more than is parsed at a time', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `${index},"x\n${index}"\n`);
    const records = await collect(
      readCsv(await temporaryFile('data.csv', `q,a\n${rows.join('')}`)),
    );
    expect(records).toHaveLength(5_000);
    expect(
      records.every(({ row, index, line }) => row['a'] === `x\n${index}` && line === 2 * index + 3),
    ).toBe(true);
  });

  it('keeps a column named like a prototype as data', async () => {
    const file = await temporaryFile('data.csv', '__proto__,a\n1,2\n');
    const [record] = await collect(readCsv(file));
    expect(Object.keys(record?.row ?? {})).toEqual(['__proto__', 'a']);
  });

  it('has no records in a file with only a header', async () => {
    expect(await collect(readCsv(await temporaryFile('data.csv', 'q,a\n')))).toEqual([]);
  });

  it('stops reading when the caller does', async () => {
    const file = await temporaryFile('data.csv', `q\n${'1\n'.repeat(100_000)}`);
    for await (const record of readCsv(file)) {
      expect(record.row).toEqual({ q: '1' });
      if (record.index === 3) break;
    }
  });

  it.each([
    {
      name: 'too few fields',
      text: 'q,a\n1,2\n3\n',
      line: 3,
      state: 'expected 2 fields as in the header, found 1',
    },
    {
      name: 'too many fields',
      text: 'q,a\n1,2,3\n',
      line: 2,
      state: 'expected 2 fields as in the header, found 3',
    },
    {
      name: 'an open quote',
      text: 'q,a\n1,2\n"3,4\n5,6\n',
      line: 3,
      state: 'expected a closing quote',
    },
    {
      name: 'text after a quote',
      text: 'q,a\n"1"x,2\n',
      line: 2,
      state: 'expected a comma or the end',
    },
    {
      name: 'a quote inside a field',
      text: 'q,a\n1,2"3\n',
      line: 2,
      state: 'expected quotes around',
    },
    {
      name: 'a quoting error after blank lines',
      text: 'q,a\n1,2\n\n\n3,"4"x\n',
      line: 5,
      state: 'expected a comma or the end',
    },
    {
      name: 'a quote inside a field with many lines after it',
      text: `q,a\n1,5" wide\n${'1,2\n'.repeat(100_000)}`,
      line: 2,
      state: 'expected quotes around',
    },
    {
      name: 'lines that end with CR',
      text: 'q,a\r1,2\r3,4\r',
      line: 1,
      state: 'the lines end with CR alone',
    },
    {
      name: 'too many columns',
      text: `${Array.from({ length: 16_385 }, (_, n) => `c${n}`).join(',')}\n`,
      line: 1,
      state: 'at most 16384 columns',
    },
    {
      name: 'a record that is too long',
      text: `q,a\n1,"${`${'x'.repeat(1_023)}\n`.repeat(17 * 1024)}"\n`,
      line: 2,
      state: 'at most 16777216 bytes',
    },
    { name: 'a column twice', text: 'q,q\n1,2\n', line: 1, state: 'found "q" twice' },
    { name: 'a nameless column', text: 'q,\n1,2\n', line: 1, state: 'a name for column 2' },
  ])('names file, line and what was expected for $name', async ({ text, line, state }) => {
    const file = await temporaryFile('data.csv', text);
    await expect(collect(readCsv(file))).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      file,
      line,
      message: expect.stringContaining(state),
    });
  });

  it('rejects bytes that are not UTF-8', async () => {
    const file = await temporaryFile('data.csv', Buffer.from('q\nok\n\xff\n', 'latin1'));
    await expect(collect(readCsv(file))).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 3,
      message: expect.stringContaining('expected UTF-8'),
    });
  });

  it('names another encoding', async () => {
    const file = await temporaryFile('data.csv', Buffer.from('\uFEFFq,a\n1,2\n', 'utf16le'));
    await expect(collect(readCsv(file))).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 1,
      message: expect.stringContaining('it is UTF-16, save it as UTF-8'),
    });
  });

  it('rejects a missing file', async () => {
    await expect(collect(readCsv('/nonexistent.csv'))).rejects.toMatchObject({
      code: 'BENCH_DATASET_UNREADABLE',
    });
  });
});
