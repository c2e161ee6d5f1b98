import { describe, expect, it } from 'vitest';

import { collect, temporaryFile } from '../__fixtures__/temporary-folder.js';
import { readJsonl } from './read-jsonl.js';

describe('readJsonl()', () => {
  it('counts records and lines, and skips blank lines', async () => {
    const file = await temporaryFile('data.jsonl', '{"a":1}\n \t\r\n\r\n{"a":"\\u2028"}');
    expect(await collect(readJsonl(file))).toEqual([
      { index: 0, line: 1, endByte: 8, row: { a: 1 } },
      { index: 1, line: 4, endByte: 28, row: { a: '\u2028' } },
    ]);
  });

  it('keeps a field named like a prototype as data', async () => {
    const file = await temporaryFile('data.jsonl', '{"__proto__":{"input":"x"}}');
    const [record] = await collect(readJsonl(file));
    expect(Object.keys(record?.row ?? {})).toEqual(['__proto__']);
    expect(record?.row['input']).toBeUndefined();
  });

  it.each([
    { text: '{"a":1', state: 'not valid JSON' },
    { text: '{"a":NaN}', state: 'not valid JSON' },
    { text: '[1]', state: 'expected a JSON object, found a list' },
    { text: 'null', state: 'expected a JSON object, found null' },
    { text: '"a"', state: 'expected a JSON object, found a string' },
    { text: `{"a":${'['.repeat(100)}${']'.repeat(100)}}`, state: 'nests deeper than 64 levels' },
    { text: '{"a":"\\ud800"}', state: 'unpaired surrogate' },
  ])('names file, line and what was expected for $text', async ({ text, state }) => {
    const file = await temporaryFile('data.jsonl', `{"a":0}\n\n${text}\n{"a":2}\n`);
    await expect(collect(readJsonl(file))).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      file,
      line: 3,
      message: expect.stringMatching(
        new RegExp(`^Cannot read dataset ".*data.jsonl" line 3: .*${state}`),
      ),
    });
  });

  it('names lines that end with CR alone', async () => {
    const file = await temporaryFile('data.jsonl', '{"a":1}\r{"a":2}\r');
    await expect(collect(readJsonl(file))).rejects.toThrow(
      'line 1: the lines end with CR alone, save the file with LF',
    );
  });

  it('reads a byte order mark, and names another encoding', async () => {
    const marked = await temporaryFile('data.jsonl', '\uFEFF{"a":1}\n');
    expect(await collect(readJsonl(marked))).toMatchObject([{ row: { a: 1 } }]);
    const wide = await temporaryFile('data.jsonl', Buffer.from('{"a":1}\n', 'utf16le'));
    await expect(collect(readJsonl(wide))).rejects.toThrow('it is UTF-16, save it as UTF-8');
  });

  it('rejects a zero byte', async () => {
    const file = await temporaryFile('data.jsonl', '{"a":1}\n{"a":"\0"}\n');
    await expect(collect(readJsonl(file))).rejects.toMatchObject({ line: 2 });
  });

  it('rejects bytes that are not UTF-8', async () => {
    const file = await temporaryFile('data.jsonl', Buffer.from('{"a":"\xff"}', 'latin1'));
    await expect(collect(readJsonl(file))).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 1,
    });
  });
});
