import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { Readable } from 'node:stream';
import * as zlib from 'node:zlib';
import { gunzipSync, gzipSync } from 'node:zlib';

import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetReader } from '@testbench/types/stores';
import { describe, expect, it } from 'vitest';

import { collect, temporaryFile, temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { openDataset } from './open-dataset.js';
import { parseDatasetConfig } from '../config/parse-dataset-config.js';
import type { Sample } from './selection/read-sample.js';
import { selectOrder } from './selection/select-order.js';

async function samplesOf(
  text: string,
  options: object = {},
  name = 'data.jsonl',
): Promise<Sample[]> {
  const path = await temporaryFile(name, text);
  await using dataset = await openDataset(parseDatasetConfig({ path, ...options }));
  return await collect(dataset.records());
}

// Compressed, so that the records are copied: more than memory keeps.
const COPIED = gzipSync(
  Array.from({ length: 6_000 }, (_, n) =>
    JSON.stringify({ input: `${n} ${'x'.repeat(1_000)}` }),
  ).join('\n'),
);

describe('a copy of records that finds no room', () => {
  /** Opens a data set in a separate process, with another temporary folder and a limit on files, in blocks of 512 bytes. */
  function openElsewhere(path: string, folder: string, blocks?: number): string {
    const program = `
      const { openDataset, parseDatasetConfig } = await import(process.argv[1]);
      try {
        await using dataset = await openDataset(parseDatasetConfig({ path: process.argv[2] }));
        console.log(String(dataset.count));
      } catch (error) {
        console.log(error.code + ': ' + error.message);
      }`;
    const entry = new URL('../../dist/dataset.js', import.meta.url).href;
    const limit = blocks === undefined ? '' : `ulimit -f ${blocks}; `;
    const line = [process.execPath, '--input-type=module', '-e', program, entry, path];
    return execFileSync('sh', ['-c', `${limit}exec "$@"`, 'sh', ...line], {
      encoding: 'utf8',
      env: { ...process.env, TMPDIR: folder },
    }).trim();
  }

  const isBuilt = existsSync(new URL('../../dist/dataset.js', import.meta.url));
  it.skipIf(!isBuilt)(
    'says so, with the cure, and leaves nothing behind (needs `npm run build`)',
    async () => {
      const path = await temporaryFile('data.jsonl.gz', COPIED);
      const folder = await temporaryFolder();
      const copied = `BENCH_DATASET_UNREADABLE: Cannot read dataset ${JSON.stringify(path)}: its records cannot be copied to the temporary folder (`;
      const cure = '); free space there, or name another folder in TMPDIR';
      // Room for only a part of the copy.
      const full = openElsewhere(path, folder, 1_000);
      expect(full.slice(0, copied.length)).toBe(copied);
      expect(full.slice(copied.length)).toMatch(/too large/);
      expect(full.endsWith(cure)).toBe(true);
      expect(await readdir(folder)).toEqual([]);
      expect(openElsewhere(path, join(folder, 'none'))).toBe(
        `${copied}no such file or directory${cure}`,
      );
      expect(openElsewhere(path, folder)).toBe('6000');
      expect(await readdir(folder)).toEqual([]);
    },
  );
});

describe('openDataset()', () => {
  it('maps fields by dotted paths', async () => {
    const fields = { input: 'q.text', expected: 'a.0' };
    const [sample] = await samplesOf('{"q":{"text":"1+1"},"a":[2]}', { fields });
    expect(sample).toMatchObject({ index: 0, line: 1, input: '1+1', expected: 2 });
  });

  it.each([
    { record: '{"input":"x"}', expected: undefined },
    { record: '{"input":"x","expected":null}', expected: undefined },
    { record: '{"input":"x","expected":["a",1,true]}', expected: ['a', 1, true] },
    { record: '{"input":"x","expected":0}', expected: 0 },
    { record: '{"input":"x","expected":{"type":["a",{}]}}', expected: { type: ['a', {}] } },
    { record: '{"input":"x","expected":[[0.5],[]]}', expected: [[0.5], []] },
  ])('takes the expected answer of $record as it is', async ({ record, expected }) => {
    expect((await samplesOf(record))[0]?.expected).toEqual(expected);
  });

  it.each([
    {
      record: '{"output":"x"}',
      state: 'expected a field "input" (dataset.fields.input), the record has: output',
    },
    { record: '{"input":{}}', state: 'expected a text in field "input"' },
  ])('rejects $record', async ({ record, state }) => {
    await expect(samplesOf(`{"input":"ok"}\n${record}`)).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 2,
      message: expect.stringContaining(state),
    });
  });

  it('rejects a record without the field that the configuration names', async () => {
    const fields = { expected: 'answer' };
    await expect(samplesOf('{"input":"x","expected":"y"}', { fields })).rejects.toMatchObject({
      message: expect.stringContaining('expected a field "answer" (dataset.fields.expected)'),
    });
  });

  const five = [0, 1, 2, 3, 4].map((n) => `{"input":"${n}"}\n`).join('');

  it.each([
    { options: {}, indexes: [0, 1, 2, 3, 4] },
    { options: { limit: 2 }, indexes: [0, 1] },
    { options: { offset: 3 }, indexes: [3, 4] },
    { options: { offset: 1, limit: 2 }, indexes: [1, 2] },
    { options: { limit: 9 }, indexes: [0, 1, 2, 3, 4] },
  ])(
    'takes the range $options and keeps the numbers of the records',
    async ({ options, indexes }) => {
      expect((await samplesOf(five, options)).map(({ index }) => index)).toEqual(indexes);
    },
  );

  it('does not look beyond the limit', async () => {
    expect(await samplesOf('{"input":"x"}\nbroken', { limit: 1 })).toHaveLength(1);
  });

  it.each([
    { text: '', options: {}, state: 'it is empty' },
    { text: '\uFEFF', options: { offset: 5 }, state: 'it is empty' },
    { text: '\n\n\n\n', options: { offset: 5 }, state: 'it has no records' },
    {
      text: five,
      options: { offset: 5 },
      state: 'it has no records from number 6 on; lower `offset`',
    },
  ])('rejects an empty range: $state', async ({ text, options, state }) => {
    await expect(samplesOf(text, options)).rejects.toMatchObject({
      code: 'BENCH_DATASET_EMPTY',
      message: expect.stringMatching(`${state}$`),
    });
  });

  it('reads CSV', async () => {
    const [sample] = await samplesOf('input,expected\n1+1,2\n', {}, 'data.csv');
    expect(sample).toMatchObject({ input: '1+1', expected: '2', row: { input: '1+1' } });
  });
});

const RECORDS = Array.from({ length: 250 }, (_, index) => ({
  id: `r${index}`,
  input: `question ${index}, "quoté"`,
  expected: `answer; ${index}`,
}));
const jsonLines = (records: readonly unknown[] = RECORDS): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');
const csv = (delimiter: string): string => {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  return [['id', 'input', 'expected'], ...RECORDS.map((record) => Object.values(record))]
    .map((row) => `${row.map(quote).join(delimiter)}\n`)
    .join('');
};
const sha256 = (bytes: string | Uint8Array): string =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

const FORMS: readonly { name: string; content: string | Uint8Array; format: string }[] = [
  { name: 'data.jsonl', content: jsonLines(), format: 'jsonl' },
  {
    name: 'blank.ndjson',
    content: `\uFEFF\n${jsonLines().replaceAll('\n', '\r\n\n')}`,
    format: 'jsonl',
  },
  { name: 'data.json', content: JSON.stringify(RECORDS, undefined, 2), format: 'json' },
  { name: 'data.csv', content: csv(','), format: 'csv' },
  { name: 'data.CSV', content: csv(';'), format: 'csv' },
  { name: 'data.tsv', content: csv('\t'), format: 'tsv' },
  { name: 'data.jsonl.gz', content: gzipSync(jsonLines()), format: 'jsonl' },
  {
    name: 'members.csv.gz',
    content: Buffer.concat([gzipSync(csv(',').slice(0, 99)), gzipSync(csv(',').slice(99))]),
    format: 'csv',
  },
  // Neither has an extension that identifies the format.
  { name: 'lines', content: jsonLines(), format: 'jsonl' },
  { name: 'list.download', content: gzipSync(JSON.stringify(RECORDS)), format: 'json' },
];

describe.each(FORMS)('a data set in $name', ({ name, content, format }) => {
  const open = async (options: object = {}) =>
    await openDataset(parseDatasetConfig({ path: await temporaryFile(name, content), ...options }));

  it('has its records, ids, format and digest', async () => {
    await using dataset = await open();
    const samples = await collect(dataset.records());
    expect(samples.map(({ row }) => row)).toEqual(RECORDS);
    expect(samples.map(({ id }) => id)).toEqual(RECORDS.map(({ id }) => id));
    expect(samples.every(({ index, position }, at) => index === at && position === at)).toBe(true);
    expect(dataset).toMatchObject({ count: 250, total: 250, formats: [format] });
    const bytes =
      name.includes('jsonl.gz') || name === 'list.download' || name === 'members.csv.gz'
        ? gunzipSync(content)
        : content;
    expect(dataset.digest).toBe(sha256(bytes));
  });

  it('is read from any position, in the order that was asked for', async () => {
    const options = { shuffle: { seed: 5 }, sample: { n: 200, seed: 6 }, offset: 10, limit: 150 };
    await using dataset = await open(options);
    const order = selectOrder(250, options)!.slice(10, 160);
    const ids = async (range?: { from?: number; to?: number }): Promise<string[]> =>
      (await collect(dataset.records(range))).map(({ id }) => id);
    const all = Array.from(order, (index) => `r${index}`);
    expect(await ids()).toEqual(all);
    const parts = await Promise.all([
      ids({ to: 1 }),
      ids({ from: 1, to: 77 }),
      ids({ from: 77, to: 77 }),
      ids({ from: 77 }),
    ]);
    expect(parts.flat()).toEqual(all);
  });
});

describe('places', () => {
  it.each([
    { name: 'a.jsonl', content: '\n{"input":"a"}\n\n{"input":"b"}', places: [2, 4], unit: 'line' },
    {
      name: 'a.json',
      content: '[\n\n{"input":"a"}, {"input":"b"}]',
      places: [1, 2],
      unit: 'record',
    },
    { name: 'a.csv', content: 'input\n"a\n"\nb\n', places: [3, 4], unit: 'line' },
    { name: 'a.txt', content: 'a\n\n b \r\n', places: [1, 3], unit: 'line' },
  ])('are those of the file: $name', async ({ name, content, places, unit }) => {
    const samples = await samplesOf(content, {}, name);
    expect(samples.map(({ line }) => line)).toEqual(places);
    expect(samples[0]?.unit).toBe(unit);
  });
});

describe('several files', () => {
  const inFolder = async (
    files: Readonly<Record<string, string | Uint8Array>>,
  ): Promise<string> => {
    const folder = await temporaryFolder();
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    return folder;
  };
  const record = (input: string): string => `{"input":"${input}"}\n`;

  it('are one data set in the order of their names', async () => {
    const folder = await inFolder({
      'b.jsonl': record('b') + record('b2'),
      'a/z.csv': 'input\nz\n',
      'a.jsonl.gz': gzipSync(record('a')),
      'B.jsonl': record('B'),
      'empty.jsonl': '',
      'other.md': 'no data',
    });
    const path = ['**/*.csv', '*.jsonl', '*.jsonl.gz', 'b.jsonl'];
    await using dataset = await openDataset(parseDatasetConfig({ path, offset: 1 }, folder));
    const samples = await collect(dataset.records());
    expect(samples.map(({ input, index, file, line }) => [input, index, file, line])).toEqual([
      ['B', 1, join(folder, 'B.jsonl'), 1],
      ['b', 2, join(folder, 'b.jsonl'), 1],
      ['b2', 3, join(folder, 'b.jsonl'), 2],
      ['a', 4, join(folder, 'a.jsonl.gz'), 1],
    ]);
    expect(dataset.formats).toEqual(['csv', 'jsonl']);
    expect(dataset.files.map((file) => relative(folder, file))).toEqual([
      'a/z.csv',
      'B.jsonl',
      'b.jsonl',
      'empty.jsonl',
      'a.jsonl.gz',
    ]);
  });

  it('may be more than stay open', async () => {
    const names = Array.from({ length: 70 }, (_, index) => `${100 + index}.jsonl`);
    const folder = await inFolder(Object.fromEntries(names.map((name) => [name, record(name)])));
    await using dataset = await openDataset(
      parseDatasetConfig({ path: '*.jsonl', shuffle: true }, folder),
    );
    const inputs = (await collect(dataset.records())).map(({ input }) => input);
    expect(inputs.toSorted()).toEqual(names);
    expect(inputs).not.toEqual(names);
  });

  it('lie in folders of any name, and may be named like a pattern', async () => {
    const folder = await inFolder({
      'a [1] {x}/b.jsonl': record('x'),
      'a [1] {x}/[b].jsonl': record('y'),
    });
    const read = async (path: string): Promise<string[]> => {
      await using dataset = await openDataset(parseDatasetConfig({ path }, folder));
      return (await collect(dataset.records())).map(({ input }) => input);
    };
    expect(await read('a [1] {x}/*.jsonl')).toEqual(['y', 'x']);
    expect(await read('a [1] {x}/[b].jsonl')).toEqual(['y']);
  });

  it('have a digest of their digests', async () => {
    const folder = await inFolder({ 'a.jsonl': record('a'), 'b.jsonl': record('b') });
    await using dataset = await openDataset(parseDatasetConfig({ path: '*.jsonl' }, folder));
    const digests = [record('a'), record('b')].map((text) => `${sha256(text).slice(7)}\n`);
    expect(dataset.digest).toBe(sha256(digests.join('')));
  });
});

describe('the standard input', () => {
  const withStdin = async <T>(content: string | Uint8Array, run: () => Promise<T>): Promise<T> => {
    const before = Object.getOwnPropertyDescriptor(process, 'stdin')!;
    const stream = Readable.from([Buffer.from(content as string)]);
    Object.defineProperty(process, 'stdin', { value: stream, configurable: true });
    try {
      return await run();
    } finally {
      Object.defineProperty(process, 'stdin', before);
    }
  };

  it.each([
    { content: jsonLines(), options: {} },
    { content: gzipSync(jsonLines()), options: {} },
    { content: JSON.stringify(RECORDS), options: {} },
    { content: csv('|'), options: { format: 'csv' } },
  ])('is read once and kept: $options', async ({ content, options }) => {
    await withStdin(content, async () => {
      await using dataset = await openDataset(parseDatasetConfig({ path: '-', ...options }));
      expect(dataset.files).toEqual(['-']);
      for (let time = 0; time < 2; time += 1) {
        expect((await collect(dataset.records())).map(({ row }) => row)).toEqual(RECORDS);
      }
    });
  });

  it('asks for a format where none can be told', async () => {
    await withStdin(csv(','), async () => {
      const opened = openDataset(parseDatasetConfig({ path: '-' }));
      await expect(opened).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        path: 'dataset.format',
        message: expect.stringContaining('Cannot determine the format of dataset "-"'),
      });
    });
  });
});

describe('records of a program', () => {
  async function* later(): AsyncGenerator {
    yield* RECORDS;
  }
  function* endless(): Generator {
    for (let input = 0; ; input += 1) yield { input };
  }

  it.each([
    { name: 'a list', records: RECORDS },
    { name: 'a set', records: new Set(RECORDS) },
    { name: 'an asynchronous generator', records: later() },
  ])('come as $name', async ({ records }) => {
    await using dataset = await openDataset(parseDatasetConfig({ records, shuffle: true }));
    const samples = await collect(dataset.records());
    expect(samples.map(({ row }) => row)).toEqual(samples.map(({ index }) => RECORDS[index]));
    // The same as for a file with these lines.
    expect(dataset.digest).toBe(sha256(jsonLines()));
  });

  it('need not end', async () => {
    await using dataset = await openDataset(
      parseDatasetConfig({ records: endless(), offset: 2, limit: 3 }),
    );
    expect((await collect(dataset.records())).map(({ input }) => input)).toEqual(['2', '3', '4']);
  });

  it('are taken as they were when the data set was opened', async () => {
    const records = [{ input: 'before', made: new Date(0) }];
    await using dataset = await openDataset(parseDatasetConfig({ records }));
    records[0]!.input = 'after';
    expect((await collect(dataset.records()))[0]?.row).toEqual({
      input: 'before',
      made: '1970-01-01T00:00:00.000Z',
    });
  });

  it('may be more than memory is given', async () => {
    const text = 'x'.repeat(10_000);
    const records = Array.from({ length: 1_000 }, (_, n) => ({ input: `${n} ${text}` }));
    await using dataset = await openDataset(parseDatasetConfig({ records, shuffle: true }));
    for await (const { input, index } of dataset.records()) {
      expect(input.startsWith(`${index} x`)).toBe(true);
    }
  });

  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  it.each([
    { record: 5, state: 'expected an object, found a number' },
    { record: [], state: 'expected an object, found a list' },
    { record: { input: 1n }, state: 'expected what JSON has' },
    { record: cycle, state: 'expected what JSON has' },
    { record: { input: '\ud800' }, state: 'expected a JSON object, a string has an unpaired' },
  ])('are refused with their number: $state', async ({ record, state }) => {
    const records = [{ input: 'fine' }, record];
    await expect(openDataset(parseDatasetConfig({ records }))).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 2,
      message: expect.stringContaining(`Cannot read dataset "records" record 2: ${state}`),
    });
  });
});

describe('a reader of the caller', () => {
  const reader: DatasetReader = {
    specificationVersion: 'v1',
    name: 'words',
    extensions: ['.words'],
    placeUnit: 'word',
    async *read(input) {
      let text = '';
      for await (const chunk of input.bytes()) text += Buffer.from(chunk).toString();
      for (const [index, word] of text.split(' ').entries()) {
        if (word === '!') throw new DatasetFormatError('expected a word', index + 1);
        if (word === '?') throw new RangeError('what now');
        yield { record: { input: word }, place: index + 1 };
      }
    },
  };

  it('is asked by the ending or the name of its format', async () => {
    const byEnding = await temporaryFile('a.words.gz', gzipSync('to be or'));
    const byName = await temporaryFile('a.csv', 'to be or');
    for (const config of [{ path: byEnding }, { path: byName, format: 'words' }]) {
      await using dataset = await openDataset(parseDatasetConfig(config), { readers: [reader] });
      expect((await collect(dataset.records())).map(({ input }) => input)).toEqual([
        'to',
        'be',
        'or',
      ]);
    }
  });

  it.each([
    { text: 'to !', state: 'word 2: expected a word' },
    { text: 'to ?', state: 'the reader of the format "words" failed: what now' },
  ])('fails in a sentence: $state', async ({ text, state }) => {
    const path = await temporaryFile('a.words', text);
    await expect(
      openDataset(parseDatasetConfig({ path }), { readers: [reader] }),
    ).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      file: path,
      message: expect.stringContaining(state),
    });
  });

  it('is checked', async () => {
    const config = parseDatasetConfig({ records: [] });
    const wrong = [{ ...reader, specificationVersion: 'v9' as 'v1' }];
    for (const readers of [wrong, [reader, reader], [{} as DatasetReader]]) {
      await expect(openDataset(config, { readers })).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        path: expect.stringMatching(/^readers\[\d\]$/),
      });
    }
  });
});

describe('fields', () => {
  const talk = [
    { role: 'system', content: 'Be brief.' },
    {
      role: 'user',
      content: [
        { type: 'text', text: '1+1?' },
        { type: 'image', url: 'x' },
      ],
    },
    { role: 'assistant', content: null, tool_calls: [] },
    { role: 'tool', content: '2', tool_call_id: 'c' },
  ];

  it('give conversations, groups, ids and columns', async () => {
    const record = { talk, key: 7, meta: { topic: 'sums', hard: false }, answer: { any: [1] } };
    const [sample] = await samplesOf(JSON.stringify(record), {
      fields: { messages: 'talk', id: 'key', group: 'meta.topic', expected: 'answer' },
      columns: ['meta.hard', 'key'],
    });
    expect(sample).toMatchObject({
      id: '7',
      group: 'sums',
      messages: talk,
      input: '1+1?',
      expected: { any: [1] },
      columns: { 'meta.hard': false, key: 7 },
    });
  });

  it.each([
    { messages: 'hello', state: 'expected a list of messages, found a string' },
    { messages: [], state: 'expected at least one message' },
    { messages: ['x'], state: 'message 1: expected an object with "role" and "content"' },
    { messages: [{ role: 'you', content: '' }], state: 'message 1: expected a role' },
    { messages: [{ content: '' }], state: 'found none' },
    { messages: [{ role: 'user' }], state: 'expected a text or a list as "content"' },
    { messages: [{ role: 'user', content: ['x'] }], state: 'expected objects in the list' },
    { messages: undefined, state: 'expected a field "m" (dataset.fields.messages)' },
  ])('refuse a conversation: $state', async ({ messages, state }) => {
    const record = JSON.stringify({ input: 'x', m: messages });
    await expect(samplesOf(record, { fields: { messages: 'm' } })).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      line: 1,
      message: expect.stringContaining(state),
    });
  });
});

describe('bad input', () => {
  const two = '{"input":"a","id":"x"}\n{"input":"b","id":"y"}\n';
  it.each([
    {
      name: 'a.jsonl',
      content: `${two}{"input":"c","i`,
      state: 'line 3: expected a JSON object, not valid JSON',
    },
    {
      name: 'a.jsonl',
      content: `${two}{"input":"c","id":"x"}\n`,
      state: 'line 3: expected an id of its own, "x" is that of line 1 too',
    },
    {
      name: 'a.jsonl',
      content: '{"input":"a","id":7}\n{"input":"b"}\n{"input":"c","id":"7"}\n',
      state: 'line 3: expected an id of its own, "7" is that of line 1 too',
    },
    // The second record has no id, so its index identifies it.
    {
      name: 'a.jsonl',
      content: '{"input":"a","id":1}\n{"input":"b"}\n',
      state: 'line 2: expected an id of its own',
    },
    {
      name: 'a.jsonl',
      content: `{"input":"a","id":"${'i'.repeat(513)}"}`,
      state: 'name another field as `fields.id`',
    },
    {
      name: 'a.jsonl',
      content: `${two}{"question":"c"}\n`,
      state: 'line 3: expected a field "input" (dataset.fields.input), the record has: question',
    },
    {
      name: 'a.jsonl',
      content: two,
      options: { fields: { group: 'topic' } },
      state: 'expected a field "topic" (dataset.fields.group), the record has: input, id',
    },
    {
      name: 'a.jsonl',
      content: two,
      options: { columns: ['topik'] },
      state: 'no record has a field "topik" (dataset.columns), the first has: input, id',
    },
    {
      name: 'a.jsonl',
      content: Buffer.from(two, 'utf16le'),
      state: 'it is UTF-16, save it as UTF-8',
    },
    {
      name: 'a.json',
      content: Buffer.from(`\uFEFF[${two}]`, 'utf16le'),
      state: 'it is UTF-16, save it as UTF-8',
    },
    { name: 'a.json', content: two, state: 'if each line is an object, say `format: jsonl`' },
    { name: 'a.json', content: '"text"', state: 'expected a JSON list of objects, found a string' },
    { name: 'a.json', content: '[{"input":"a"},', state: 'the file ends before the list does' },
    {
      name: 'a.json',
      content: '[{"input":"a"},{"inp',
      state: 'record 2: the file ends inside of it',
    },
    {
      name: 'a.json',
      content: '[{"input":"a"} {',
      state: 'record 1: expected "," or "]" after it, found "{"',
    },
    {
      name: 'a.json',
      content: '[{"input":"a"},]',
      state: 'record 2: expected a JSON object, found "]"',
    },
    {
      name: 'a.json',
      content: '[{"input":"a"},5]',
      state: 'record 2: expected a JSON object, found "5"',
    },
    { name: 'a.json', content: '[{"input":"a"}] []', state: 'expected nothing after the list' },
    {
      name: 'a.json',
      content: `[{"input":"a"},{"x":${'['.repeat(100_000)}${']'.repeat(100_000)}}]`,
      state: 'record 2: expected a JSON object, nests deeper than 64 levels',
    },
    {
      name: 'a.json',
      content: `[{"input":"${'x'.repeat(17 * 1024 * 1024)}`,
      state: 'record 1: expected at most 16777216 bytes',
    },
    {
      name: 'a.tsv',
      content: 'input,id\na,1\n',
      state: 'line 1: expected a tab between the fields',
    },
    {
      name: 'a.txt',
      content: Buffer.from([0x61, 0x0a, 0xff, 0x0a]),
      state: 'line 2: expected UTF-8',
    },
    { name: 'a.jsonl.gz', content: two, state: 'expected gzip data, as its name says' },
    {
      name: 'a.jsonl.gz',
      content: gzipSync(two).subarray(0, 30),
      state: 'it ends too early, it may have been cut off',
    },
    {
      name: 'a.jsonl.gz',
      content: gzipSync(two).fill(0x55, 12, 30),
      state: 'expected whole gzip data, it is damaged',
    },
    {
      name: 'a.csv',
      content: 'input\na\n',
      options: { delimiter: '\t', format: 'jsonl' },
      code: 'CONFIG_INVALID',
      state: 'the format "jsonl" has no such option',
    },
    {
      name: 'a.csv',
      content: 'input\na\n',
      options: { format: 'jsnol' },
      code: 'CONFIG_INVALID',
      state: 'did you mean "jsonl"?',
    },
    {
      name: 'a.jsonl',
      content: two,
      options: { sample: { n: 1 }, offset: 1 },
      code: 'BENCH_DATASET_EMPTY',
      state: 'a sample of 1 has no records from number 2 on; lower `offset`',
    },
    { name: 'a.json', content: '[]', code: 'BENCH_DATASET_EMPTY', state: 'it has no records' },
    { name: 'a.csv', content: 'input\n', code: 'BENCH_DATASET_EMPTY', state: 'it has no records' },
    {
      name: 'a.parquet.gz',
      content: gzipSync(''),
      code: 'BENCH_DATASET_EMPTY',
      state: 'it is empty',
    },
  ])('$name: $state', async ({ name, content, options, code = 'BENCH_DATASET_INVALID', state }) => {
    const path = await temporaryFile(name, content);
    const error: unknown = await openDataset(parseDatasetConfig({ path, ...options })).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code, message: expect.stringContaining(state) });
    const { message } = error as Error;
    expect(message).toMatch(/^Cannot [^\n]*$/);
    expect(message.length).toBeLessThan(500);
  });

  it.each([
    { path: '/nonexistent/a.jsonl', state: 'no such file or directory' },
    { path: '/nonexistent/*.jsonl', state: 'no file matches the pattern' },
    { path: '/tmp', state: 'it is a directory; name its files, as in `folder/*.jsonl`' },
  ])('$path: $state', async ({ path, state }) => {
    await expect(openDataset(parseDatasetConfig({ path }))).rejects.toMatchObject({
      code: 'BENCH_DATASET_UNREADABLE',
      file: path,
      message: `Cannot read dataset ${JSON.stringify(path)}: ${state}`,
    });
  });

  it('tells when a file was changed under the run', async () => {
    const path = await temporaryFile('a.jsonl', two);
    await using dataset = await openDataset(parseDatasetConfig({ path }));
    await writeFile(path, `${two} `);
    await expect(collect(dataset.records())).rejects.toMatchObject({
      code: 'BENCH_DATASET_UNREADABLE',
      message: expect.stringContaining('it was changed while it was read'),
    });
  });

  it('refuses a range that is none', async () => {
    await using dataset = await openDataset(parseDatasetConfig({ records: [{ input: 'x' }] }));
    for (const range of [{ from: -1 }, { to: 2 }, { from: 1, to: 0 }, { from: 0.5 }]) {
      await expect(collect(dataset.records(range))).rejects.toThrow(RangeError);
    }
  });

  it('stops when it is cancelled', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await using dataset = await openDataset(
      parseDatasetConfig({
        records: RECORDS.concat(RECORDS.map((r) => ({ ...r, id: `2${r.id}` }))),
      }),
      { signal },
    );
    controller.abort();
    await expect(collect(dataset.records())).rejects.toMatchObject({ code: 'BENCH_CANCELLED' });
    await expect(
      openDataset(parseDatasetConfig({ records: RECORDS }), { signal }),
    ).rejects.toMatchObject({ code: 'BENCH_CANCELLED' });
  });
});

describe('zstd', () => {
  const { zstdCompressSync } = zlib as Partial<typeof zlib>;
  const compressed = Buffer.from(
    'KLUv/WRnAb0BAFQCeyJpbnB1dCI6ImEiLCJpZCI6IngifQpiInkAAQBlAA==',
    'base64',
  );

  it.skipIf(zstdCompressSync === undefined)('is decompressed, and damage is told', async () => {
    const whole = zstdCompressSync!(jsonLines(), {
      params: { [zlib.constants.ZSTD_c_checksumFlag]: 1 },
    });
    const read = async (content: Uint8Array): Promise<number> => {
      const path = await temporaryFile('a.jsonl.zst', content);
      await using dataset = await openDataset(parseDatasetConfig({ path }));
      expect(dataset.digest).toBe(sha256(jsonLines()));
      return dataset.count;
    };
    expect(await read(whole)).toBe(250);
    await expect(read(whole.subarray(0, -9))).rejects.toThrow('it may have been cut off');
    const damaged = Buffer.from(whole);
    damaged[damaged.length - 1]! ^= 1;
    await expect(read(damaged)).rejects.toThrow('expected whole zstd data, it is damaged');
  });

  it.skipIf(zstdCompressSync !== undefined)('says which Node it takes', async () => {
    const path = await temporaryFile('a.jsonl.zst', compressed);
    await expect(openDataset(parseDatasetConfig({ path }))).rejects.toThrow('Node 22.15 or newer');
  });
});

const shared =
  process.env['TESTBENCH_SHARED'] ?? join(import.meta.dirname, '../../../../../shared');
describe.skipIf(!existsSync(join(shared, 'data')))(
  'real data sets (need TESTBENCH_SHARED or ../shared)',
  () => {
    it.each([
      { name: 'gsm8k_model_solutions.jsonl', count: 1_319, fields: { input: 'question' } },
      { name: 'humaneval.jsonl', count: 164, fields: { input: 'prompt', id: 'task_id' } },
      {
        name: 'mt_bench_question.jsonl',
        count: 80,
        fields: { input: 'turns.0', id: 'question_id', group: 'category' },
      },
    ])(
      'reads $name, plain, compressed and as a list, to the same',
      async ({ name, count, fields }) => {
        const plain = await readFile(join(shared, 'data', name));
        const rows = plain
          .toString()
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as unknown);
        const list = JSON.stringify(rows);
        const paths = [
          join(shared, 'data', name),
          await temporaryFile(`${name}.gz`, gzipSync(plain)),
          await temporaryFile('list.json', list),
        ];
        for (const path of paths) {
          await using dataset = await openDataset(parseDatasetConfig({ path, fields }));
          expect(dataset.count).toBe(count);
          const samples = await collect(dataset.records());
          expect(samples.map(({ row }) => row)).toEqual(rows);
          expect(dataset.digest).toBe(sha256(path.endsWith('.json') ? list : plain));
        }
      },
    );
  },
);
