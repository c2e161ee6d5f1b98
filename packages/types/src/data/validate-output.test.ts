import { describe, expect, it } from 'vitest';

import { parseOutputEnvelope, validateOutputData } from './validate-output.js';

const badShape = (message: string) => expect.objectContaining({ code: 'WIRE_BAD_SHAPE', message });

describe('validateOutputData()', () => {
  it.each([
    { type: 'evaluator', data: { score: 0 } },
    { type: 'evaluator', data: { score: 1, confidence: null, metrics: { f1: 0.5 }, extra: [] } },
    { type: 'provider', data: { text: '', model: 'm', usage: { total_tokens: 3 } } },
    { type: 'filter', data: { items: [], dropped: [{ index: 0 }] } },
    { type: 'transform', data: null },
    { type: 'custom', data: 'anything' },
  ] as const)('accepts $data from a $type', ({ type, data }) => {
    expect(() => validateOutputData(type, data)).not.toThrow();
  });

  it.each([
    ['evaluator', null, '"data": expected an object'],
    ['evaluator', {}, '"data.score" is missing, expected a number from 0 to 1'],
    ['evaluator', { score: '1' }, '"data.score" is of type string, expected a number from 0 to 1'],
    ['evaluator', { score: 1.01 }, '"data.score" is 1.01, expected a number from 0 to 1'],
    ['evaluator', { score: Number.NaN }, '"data.score" is NaN, expected a number from 0 to 1'],
    [
      'evaluator',
      // 1e400 is valid JSON.
      JSON.parse('{"score":1,"metrics":{"n":1e400}}'),
      '"data.metrics.n" is Infinity, expected a finite number',
    ],
    ['evaluator', { score: 1, explanation: 5 }, '"data.explanation": expected a string'],
    ['provider', { model: 'm' }, '"data.text": it is missing'],
    [
      'provider',
      { text: '', model: 'm', usage: { total_tokens: -1 } },
      '"data.usage.total_tokens": expected a whole number from 0',
    ],
    ['filter', { items: {} }, '"data.items": expected a list'],
    [
      'filter',
      { items: [], dropped: [{ index: 0.5 }] },
      '"data.dropped[0].index": expected a whole number from 0',
    ],
  ] as const)('rejects from a %s the data %j', (type, data: unknown, message) => {
    expect(() => validateOutputData(type, data)).toThrow(badShape(message));
  });
});

describe('parseOutputEnvelope()', () => {
  it('takes data and metrics apart', () => {
    expect(parseOutputEnvelope({ data: 1, metadata: { metrics: { a: 2 } } })).toEqual({
      data: 1,
      metrics: { a: 2 },
    });
    expect(parseOutputEnvelope({ data: null })).toEqual({ data: null, metrics: {} });
  });

  it.each([
    [null, 'the output: expected an object with a field "data"'],
    [{}, 'the output: expected an object with a field "data"'],
    [Object.create({ data: 1 }), 'the output: expected an object with a field "data"'],
    [{ data: 1, metadata: [] }, '"metadata": expected an object'],
    [
      { data: 1, metadata: { metrics: { a: 'b' } } },
      '"metadata.metrics.a" is of type string, expected a finite number',
    ],
  ])('rejects %j', (value: unknown, message) => {
    expect(() => parseOutputEnvelope(value)).toThrow(badShape(message));
  });
});
