import { describe, expect, it } from 'vitest';

import { entriesOf } from '../../__fixtures__/dataset-input.js';
import { collect } from '../../__fixtures__/temporary-folder.js';
import { csvReader, tsvReader } from './csv.js';

const readCsv = (content: string | Uint8Array, options = {}) =>
  entriesOf(csvReader, content, options);

describe('readCsv()', () => {
  it('reads quoted fields with commas, quotes and line ends', async () => {
    const file = 'q,a\n"1, ""2""",x\n\n"two\nlines",y\n3,\n';
    const records = await collect(readCsv(file));
    expect(records).toEqual([
      { place: 2, record: { q: '1, "2"', a: 'x' } },
      { place: 5, record: { q: 'two\nlines', a: 'y' } },
      { place: 6, record: { q: '3', a: '' } },
    ]);
  });

  it('reads CR LF and a byte order mark', async () => {
    const file = '\uFEFFq,a\r\n1,"x\r\ny"\r\n';
    const records = await collect(readCsv(file));
    expect(records).toEqual([{ record: { q: '1', a: 'x\r\ny' }, place: 3 }]);
  });

  it('counts the lines of records after quoted line ends and blank lines', async () => {
    const text = 'q,a\r\n1,"x\r\ny"\r\n\r\n2,"\r\n\r\n"\r\n\n\r\n"3\n",z\r\n';
    const records = await collect(readCsv(text));
    expect(records.map(({ record, place }) => [place, record['q']])).toEqual([
      [3, '1'],
      [7, '2'],
      [11, '3\n'],
    ]);
  });

  it.each([
    { name: 'a quoting error', last: 'a"b,1\n' },
    { name: 'too few fields', last: '1\n' },
    { name: 'an open quote', last: '"' },
    { name: 'a zero byte', last: 'a\0,1' },
    { name: 'other bytes', last: Buffer.from([0xff, 0x0a]) },
  ])('gives the records before $name', async ({ last }) => {
    const content = Buffer.concat([Buffer.from('q,a\n1,2\n3,4\n'), Buffer.from(last)]);
    const records = readCsv(content);
    expect(await records.next()).toMatchObject({ value: { record: { q: '1' } } });
    expect(await records.next()).toMatchObject({ value: { record: { q: '3' } } });
    await expect(records.next()).rejects.toMatchObject({ place: 4 });
  });

  it('reads more than is parsed at a time', async () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => `${index},"x\n${index}"\n`);
    const records = await collect(readCsv(`q,a\n${rows.join('')}`));
    expect(records).toHaveLength(5_000);
    expect(
      records.every(
        ({ record, place }, index) => record['a'] === `x\n${index}` && place === 2 * index + 3,
      ),
    ).toBe(true);
  });

  it('keeps a column named like a prototype as data', async () => {
    const file = '__proto__,a\n1,2\n';
    const [entry] = await collect(readCsv(file));
    expect(Object.keys(entry?.record ?? {})).toEqual(['__proto__', 'a']);
  });

  it('has no records in a file with only a header', async () => {
    expect(await collect(readCsv('q,a\n'))).toEqual([]);
  });

  it('stops reading when the caller does', async () => {
    const file = `q\n${'1\n'.repeat(100_000)}`;
    for await (const { record, place } of readCsv(file)) {
      expect(record).toEqual({ q: '1' });
      if (place === 4) break;
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
  ])('names the line and what was expected for $name', async ({ text, line, state }) => {
    const file = text;
    await expect(collect(readCsv(file))).rejects.toMatchObject({
      code: 'DATASET_FORMAT',
      place: line,
      message: expect.stringContaining(state),
    });
  });

  it('rejects bytes that are not UTF-8', async () => {
    const file = Buffer.from('q\nok\n\xff\n', 'latin1');
    await expect(collect(readCsv(file))).rejects.toMatchObject({
      code: 'DATASET_FORMAT',
      place: 3,
      message: expect.stringContaining('expected UTF-8'),
    });
  });

  it('names another encoding', async () => {
    const file = Buffer.from('\uFEFFq,a\n1,2\n', 'utf16le');
    await expect(collect(readCsv(file))).rejects.toMatchObject({
      code: 'DATASET_FORMAT',
      place: 1,
      message: expect.stringContaining('it is UTF-16, save it as UTF-8'),
    });
  });
});

describe('the delimiter', () => {
  const records = [
    { id: '1', q: 'a, b; c', n: '2' },
    { id: '2', q: 'd\te|f', n: '3' },
  ];
  const withDelimiter = (delimiter: string, quote = '"'): string =>
    [['id', 'q', 'n'], ...records.map(({ id, q, n }) => [id, `${quote}${q}${quote}`, n])]
      .map((fields) => `${fields.join(delimiter)}\n`)
      .join('');

  it.each([',', '\t', ';', '|'])('is found: %j', async (delimiter) => {
    const found = await collect(readCsv(withDelimiter(delimiter)));
    expect(found.map(({ record }) => record)).toEqual(records);
  });

  it.each([
    // A comma in an answer does not make a column.
    { text: 'id;q\n1;Well, no\n2;yes\n', record: { id: '1', q: 'Well, no' } },
    { text: 'q\nWell; no\n', record: { q: 'Well; no' } },
    { text: 'q\n1\n', record: { q: '1' } },
    { text: 'a|b,c\n1|2,3\n', record: { 'a|b': '1|2', c: '3' } },
  ])('is found in $text', async ({ text, record }) => {
    expect((await collect(readCsv(text)))[0]?.record).toEqual(record);
  });

  it('may be any character', async () => {
    const found = await collect(readCsv(withDelimiter('#'), { delimiter: '#' }));
    expect(found.map(({ record }) => record)).toEqual(records);
  });

  it('is a tab in TSV', async () => {
    expect(await collect(entriesOf(tsvReader, 'a,b\tc\n1,2\t3\n'))).toEqual([
      { record: { 'a,b': '1,2', c: '3' }, place: 2 },
    ]);
  });

  it.each([
    { reader: tsvReader, text: 'a,b\n1,2\n', options: {}, state: 'a tab between the fields' },
    { reader: csvReader, text: 'a,b\n1,2\n', options: { delimiter: ';' }, state: 'have a comma' },
  ])('is told if it is wrong: $state', async ({ reader, text, options, state }) => {
    await expect(collect(entriesOf(reader, text, options))).rejects.toMatchObject({
      code: 'DATASET_FORMAT',
      place: 1,
      message: expect.stringContaining(state),
    });
  });
});

describe('quotes', () => {
  it('are characters like any other if told so', async () => {
    const found = await collect(
      entriesOf(tsvReader, 'a\tb\n5" wide\t"x"\n"\ty\n', { quotes: false }),
    );
    expect(found.map(({ record }) => record)).toEqual([
      { a: '5" wide', b: '"x"' },
      { a: '"', b: 'y' },
    ]);
  });

  it('say how to do without them', async () => {
    await expect(collect(readCsv('a,b\n5" wide,x"\n'))).rejects.toThrow('say `quotes: false`');
  });
});
