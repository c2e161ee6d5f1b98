import { describe, expect, it } from 'vitest';

import { readSample, type DatasetRecord, type Sample } from '../dataset/selection/read-sample.js';
import { Prompt, type PromptSource } from '../prompts/prompt.js';
import { haveSameParameters, providerInput } from './provider-input.js';

const schema = { type: 'object' };

function inputOf(sample: Partial<Sample>, parameters: object, source: PromptSource): unknown {
  const model = { name: 'm', parameters: { ...parameters } };
  const given = { row: { q: 1 }, ...sample } as Sample;
  return providerInput(given, { model, prompt: new Prompt('p', source) }, { prompt: 'x' });
}

describe('providerInput()', () => {
  it('takes the parameters of the prompt before those of the model', () => {
    const input = inputOf({}, { seed: 1, top_p: 1 }, { parameters: { seed: 2 } });
    expect(input).toEqual({ seed: 2, top_p: 1, model: 'm', prompt: 'x', record: { q: 1 } });
  });

  it('asks for the schema of the record, in the format that is configured', () => {
    const named = { name: 'city', strict: true, schema: { type: 'string' } };
    const response_format = { type: 'json_schema', json_schema: named };
    expect(inputOf({ schema }, { response_format }, {})).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema } },
    });
    expect(inputOf({ schema }, { response_format: { type: 'text' } }, {})).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } },
    });
  });
});

describe('haveSameParameters()', () => {
  it.each([
    { source: {}, fields: {}, same: true },
    { source: { parameters: {} }, fields: {}, same: false },
    { source: {}, fields: { schema: 's' }, same: false },
  ])('is $same for $source and $fields', ({ source, fields, same }) => {
    expect(haveSameParameters([new Prompt('p', source)], fields)).toBe(same);
  });
});

describe('the schema of a record', () => {
  const read = (value: unknown): Sample => {
    const record = { index: 0, id: '0', line: 1, row: { input: 'x', s: value } };
    return readSample(record as unknown as DatasetRecord, {
      fields: { input: 'input', schema: 's' },
    });
  };

  it('is an object, or its JSON as a text', () => {
    expect(read(schema).schema).toEqual(schema);
    expect(read('{"type":"object"}').schema).toEqual(schema);
  });

  it.each([[[]], ['{"type"'], [true], [1], [undefined]])('is not %j', (value) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({
        code: 'BENCH_DATASET_INVALID',
        message: expect.stringContaining('dataset.fields.schema'),
      }),
    );
  });
});
