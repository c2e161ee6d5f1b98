import { join } from 'node:path';

import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';

import { collect, temporaryFile } from '../../__fixtures__/temporary-folder.js';
import { parseDatasetConfig } from '../../config/parse-dataset-config.js';
import { openDataset } from '../open-dataset.js';

const rowsOf = async (path: string, options: object = {}): Promise<unknown[]> => {
  await using dataset = await openDataset(parseDatasetConfig({ path, ...options }));
  return (await collect(dataset.records())).map(({ row }) => row);
};

describe('parquetReader', () => {
  // Written by pyarrow 25: zstd, pages of version 2, dictionaries, two groups.
  it('reads what Arrow writes, in the words of JSON', async () => {
    const path = join(import.meta.dirname, '../../__fixtures__/pyarrow.parquet');
    const fields = { messages: 'messages' };
    expect(await rowsOf(path, { fields })).toEqual([
      {
        id: 'a',
        input: '東京?',
        expected: ['1', '2'],
        big: '9007199254740993',
        share: 0.5,
        raw: '/wA=',
        day: '2020-01-01',
        time: '2020-01-01T01:02:03.456Z',
        price: 1.25,
        messages: [{ role: 'user', content: 'hi' }],
        meta: { topic: 'x', n: { deep: 1 } },
        right: true,
      },
      {
        id: 'b',
        input: '"x", y',
        expected: [],
        big: -1,
        share: null,
        raw: 'text',
        day: '1969-12-31',
        time: null,
        price: -0.01,
        messages: [
          { role: 'user', content: 'a' },
          { role: 'assistant', content: null },
        ],
        meta: { topic: 'x', n: { deep: 1 } },
        right: false,
      },
      {
        id: 'c',
        input: '',
        expected: null,
        big: null,
        share: 1e300,
        raw: null,
        day: null,
        time: null,
        price: null,
        messages: [{ role: 'user', content: 'x' }],
        meta: null,
        right: null,
      },
    ]);
  });

  const write = (names: readonly string[], rows: number): Buffer =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: names.map((name) => ({
          name,
          data: Array.from({ length: rows }, (_, row) => `${name} ${row}`),
          type: 'STRING' as const,
        })),
        rowGroupSize: 2_500,
      }),
    );

  it('reads groups in pieces, and stops where the caller does', async () => {
    const path = await temporaryFile('a.parquet', write(['input'], 6_000));
    const rows = await rowsOf(path, { offset: 2_400, limit: 2_700 });
    expect(rows).toHaveLength(2_700);
    expect([rows[0], rows.at(-1)]).toEqual([{ input: 'input 2400' }, { input: 'input 5099' }]);
  });

  const whole = write(['input'], 100);
  it.each([
    { bytes: whole.subarray(0, -20), state: 'it ends too early, it may have been cut off' },
    { bytes: Buffer.from('{"input":"x"}\n'), state: 'found other bytes at its start' },
    { bytes: Buffer.from('PAR1'), state: 'it has too few bytes' },
    {
      bytes: Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')]),
      state: 'it is encrypted',
    },
    {
      bytes: Buffer.from(whole).fill(0xff, whole.length - 8, whole.length - 4),
      state: 'its footer says 4294967295 bytes',
    },
    {
      bytes: Buffer.from(whole).fill(0x1c, whole.length - 60, whole.length - 8),
      state: 'it is damaged',
    },
    { bytes: Buffer.from(whole).fill(0xff, 4, 40), state: 'it is damaged' },
    { bytes: write(['__proto__'], 1), state: 'it has a column "__proto__"; rename it' },
  ])('says what is wrong: $state', async ({ bytes, state }) => {
    const path = await temporaryFile('a.parquet', bytes);
    await expect(rowsOf(path)).rejects.toMatchObject({
      code: 'BENCH_DATASET_INVALID',
      file: path,
      message: expect.stringContaining(`expected a whole Parquet file, ${state}`),
    });
  });
});
