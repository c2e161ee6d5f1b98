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
    expect(records.map(({ row }) => row)).toEqual([{ q: '1', a: 'x\r\ny' }]);
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

  it('rejects a missing file', async () => {
    await expect(collect(readCsv('/nonexistent.csv'))).rejects.toMatchObject({
      code: 'BENCH_DATASET_UNREADABLE',
    });
  });
});
