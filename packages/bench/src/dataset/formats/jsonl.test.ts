import { describe, expect, it } from 'vitest';

import { datasetInput, entriesOf } from '../../__fixtures__/dataset-input.js';
import { collect } from '../../__fixtures__/temporary-folder.js';
import { jsonlReader, readJsonl as readLocated } from './jsonl.js';

const readJsonl = (content: string | Uint8Array) => entriesOf(jsonlReader, content);

describe('jsonlReader', () => {
  it('counts records and lines, and skips blank lines', async () => {
    const file = '{"a":1}\n \t\r\n\r\n{"a":"\\u2028"}';
    expect(await collect(readJsonl(file))).toEqual([
      { place: 1, offset: 0, end: 7, record: { a: 1 } },
      { place: 4, offset: 14, end: 28, record: { a: '\u2028' } },
    ]);
  });

  it('keeps a field named like a prototype as data', async () => {
    const file = '{"__proto__":{"input":"x"}}';
    const [entry] = await collect(readJsonl(file));
    expect(Object.keys(entry?.record ?? {})).toEqual(['__proto__']);
    expect(entry?.record['input']).toBeUndefined();
  });

  it.each([
    { text: '{"a":1', state: 'not valid JSON' },
    { text: '{"a":NaN}', state: 'not valid JSON' },
    { text: '[{"a":1}]', state: 'say `format: json`' },
    { text: '{', state: 'write each record on one line' },
    { text: '[1]', state: 'expected a JSON object, found a list' },
    { text: 'null', state: 'expected a JSON object, found null' },
    { text: '"a"', state: 'expected a JSON object, found a string' },
    { text: `{"a":${'['.repeat(100)}${']'.repeat(100)}}`, state: 'nests deeper than 64 levels' },
    { text: '{"a":"\\ud800"}', state: 'unpaired surrogate' },
  ])('names the line and what was expected for $text', async ({ text, state }) => {
    const file = `{"a":0}\n\n${text}\n{"a":2}\n`;
    await expect(collect(readJsonl(file))).rejects.toMatchObject({
      code: 'DATASET_FORMAT',
      place: 3,
      message: expect.stringContaining(state),
    });
  });

  it('names the line that is not UTF-8, although lines are decoded together', async () => {
    const file = Buffer.from('{"a":"é"}\n{"a":"?"}\n{"a":2}\n');
    file[file.indexOf('?')] = 0xff;
    await expect(collect(readJsonl(file))).rejects.toMatchObject({
      place: 2,
      message: expect.stringContaining('not valid UTF-8'),
    });
  });

  it('names lines that end with CR alone', async () => {
    const file = '{"a":1}\r{"a":2}\r';
    await expect(collect(readJsonl(file))).rejects.toThrow(
      'the lines end with CR alone, save the file with LF',
    );
  });

  it('reads a byte order mark, and names another encoding', async () => {
    const marked = '\uFEFF{"a":1}\n';
    expect(await collect(readJsonl(marked))).toMatchObject([{ record: { a: 1 } }]);
    const wide = Buffer.from('{"a":1}\n', 'utf16le');
    await expect(collect(readJsonl(wide))).rejects.toThrow('it is UTF-16, save it as UTF-8');
  });

  it('rejects a zero byte', async () => {
    const file = '{"a":1}\n{"a":"\0"}\n';
    await expect(collect(readJsonl(file))).rejects.toMatchObject({ place: 2 });
  });

  it('rejects bytes that are not UTF-8', async () => {
    const file = Buffer.from('{"a":"\xff"}', 'latin1');
    await expect(collect(readJsonl(file))).rejects.toMatchObject({
      code: 'DATASET_FORMAT',
      place: 1,
    });
  });

  it.each([1, 2, 3, 7])('says where each line is, in chunks of %i bytes', async (chunkBytes) => {
    const text = '{"a":"é"}\n\n{"b":[1,\t2]}\r\n{"c":3}';
    const bytes = Buffer.from(text);
    for await (const entries of readLocated(datasetInput(text, chunkBytes).bytes())) {
      for (const { record, offset, end } of entries) {
        expect(JSON.parse(bytes.subarray(offset, end).toString())).toEqual(record);
      }
    }
  });
});
