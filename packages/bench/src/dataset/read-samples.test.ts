import { describe, expect, it } from 'vitest';

import { collect, temporaryFile } from '../__fixtures__/temporary-folder.js';
import { parseBenchmarkConfig } from '../config/parse-benchmark-config.js';
import { readSamples, type Sample } from './read-samples.js';

async function samplesOf(
  text: string,
  options: object = {},
  name = 'data.jsonl',
): Promise<Sample[]> {
  const path = await temporaryFile(name, text);
  const { dataset } = parseBenchmarkConfig({
    name: 'test',
    dataset: { path, ...options },
    provider: { plugin: 'p.wasm', models: ['m'] },
    evaluators: [{ plugin: 'e.wasm' }],
  });
  return await collect(readSamples(dataset));
}

describe('readSamples()', () => {
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
    { text: five, options: { offset: 5 }, state: 'it has no records from number 6 on' },
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
