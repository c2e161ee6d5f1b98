import { type DatasetReaderSubject, testDatasetReader } from '@testbench/test-kit/contracts';
import { DatasetFormatError } from '@testbench/types/errors';
import type { DatasetReader } from '@testbench/types/stores';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';

import { csvReader, tsvReader } from './csv.js';
import { DATASET_READERS } from './index.js';
import { jsonReader } from './json.js';
import { jsonlReader } from './jsonl.js';
import { parquetReader } from './parquet.js';
import { textReader } from './text.js';

type Records = Parameters<DatasetReaderSubject['encode']>[0];

const lines = (items: readonly string[]): Uint8Array =>
  Buffer.from(items.map((item) => `${item}\n`).join(''));
const jsonLines = (records: Records): Uint8Array => lines(records.map((r) => JSON.stringify(r)));
const separated = (records: Records, delimiter: string): Uint8Array => {
  const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const rows = records.map((record) => Object.values(record).map(quote).join(delimiter));
  return lines([['input', 'expected'].join(delimiter), ...rows]);
};
const and = (bytes: Uint8Array, end: string): Uint8Array =>
  Buffer.concat([bytes, Buffer.from(end)]);

const SUBJECTS: Readonly<Record<string, DatasetReaderSubject>> = {
  jsonl: {
    open: () => jsonlReader,
    encode: jsonLines,
    broken: (records) => and(jsonLines(records), '{"input": "half'),
  },
  json: {
    open: () => jsonReader,
    encode: (records) => Buffer.from(JSON.stringify(records, undefined, 1)),
    broken: (records) => Buffer.from(JSON.stringify(records).replace(/\]$/, ',{"input": "half')),
  },
  csv: {
    open: () => csvReader,
    encode: (records) => separated(records, ','),
    broken: (records) => and(separated(records, ','), 'one\n'),
  },
  tsv: {
    open: () => tsvReader,
    encode: (records) => separated(records, '\t'),
    broken: (records) => and(separated(records, '\t'), '"open\n'),
  },
  text: {
    open: () => textReader,
    encode: (records) => lines(records.map(({ input }) => input!)),
    fields: ['input'],
    broken: (records) => and(lines(records.map(({ input }) => input!)), 'zero \0 byte'),
  },
  parquet: {
    open: () => parquetReader,
    encode: (records) =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: ['input', 'expected'].map((name) => ({
            name,
            data: records.map((record) => record[name]!),
            type: 'STRING' as const,
          })),
          rowGroupSize: 5_000,
        }),
      ),
    needsFile: true,
  },
};

/** What a user may write. */
const tagsReader: DatasetReader = {
  specificationVersion: 'v1',
  name: 'tags',
  extensions: ['.tags'],
  placeUnit: 'tag',
  async *read(input) {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    let text = '';
    let place = 0;
    try {
      for await (const chunk of input.bytes()) {
        text += decoder.decode(chunk, { stream: true });
        const tags = text.split('<br>');
        text = tags.pop()!;
        for (const tag of tags) yield { record: { input: tag }, place: (place += 1) };
      }
    } catch (cause) {
      throw new DatasetFormatError('expected UTF-8', place + 1, { cause });
    }
    if (text !== '') throw new DatasetFormatError('expected a tag at the end', place + 1);
  },
};

for (const [name, subject] of Object.entries(SUBJECTS)) testDatasetReader(name, subject);
testDatasetReader('a reader of a user', {
  open: () => tagsReader,
  encode: (records) => Buffer.from(records.map(({ input }) => `${input}<br>`).join('')),
  fields: ['input'],
});

describe('DATASET_READERS', () => {
  it('has no reader that is not tested here', () => {
    expect(DATASET_READERS.map(({ name }) => name)).toEqual(Object.keys(SUBJECTS));
  });

  it('has each ending once', () => {
    const endings = DATASET_READERS.flatMap(({ extensions }) => extensions);
    expect(new Set(endings).size).toBe(endings.length);
  });
});
