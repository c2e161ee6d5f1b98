import { describe, expect, it } from 'vitest';

import {
  aggregateData,
  canAggregate,
  isAggregateData,
  requireAggregate,
} from './aggregate-data.js';

describe('aggregateData()', () => {
  it('copies the sums, also one that is called "__proto__"', () => {
    const sums = JSON.parse('{"a":1.5,"__proto__":2}') as Record<string, number>;
    const data = aggregateData(sums, 3);
    expect(JSON.stringify(data)).toBe('{"aggregate":{"a":1.5,"__proto__":2},"n":3}');
    expect(data.aggregate).not.toBe(sums);
    expect(isAggregateData(data)).toBe(true);
  });

  const many = Object.fromEntries(Array.from({ length: 32_769 }, (_, index) => [`m${index}`, 1]));
  it.each([
    { title: 'NaN', sums: { a: Number.NaN }, n: 1, state: 'the sum of "a" is NaN' },
    { title: 'an overflow', sums: { a: Infinity }, n: 1, state: 'the sum of "a" is Infinity' },
    { title: 'a text', sums: { a: '1' }, n: 1, state: 'the sum of "a" is a string' },
    { title: 'no metric', sums: {}, n: 1, state: 'there is no metric' },
    { title: 'too many', sums: many, n: 1, state: '32769 metrics, limit is 32768' },
    { title: 'a long name', sums: { ['x'.repeat(257)]: 1 }, n: 1, state: '257 characters' },
    { title: 'a list', sums: [1], n: 1, state: 'expected an object' },
    { title: 'no results', sums: { a: 1 }, n: 0, state: 'the number of results is 0' },
    { title: 'half a result', sums: { a: 1 }, n: 1.5, state: 'the number of results is 1.5' },
  ])('refuses $title', ({ sums, n, state }) => {
    expect(() => aggregateData(sums as never, n)).toThrow(
      expect.objectContaining({
        code: 'CALL_INVALID_INPUT',
        message: expect.stringContaining(state),
      }),
    );
  });
});

describe('isAggregateData()', () => {
  it.each([
    null,
    [],
    'aggregate',
    { aggregate: {} },
    { aggregate: [], n: 1 },
    { aggregate: {}, n: '1' },
    { aggregate: {}, n: 1, output: '' },
    { output: '', expected: '' },
  ])('takes %j for the data of another call', (data) => {
    expect(isAggregateData(data)).toBe(false);
  });
});

describe('requireAggregate()', () => {
  const metadata = { pluginType: 'evaluator', aggregate: 'sums' } as const;
  it('lets an evaluator of sums pass', () => {
    expect(() => requireAggregate({ id: 'a', metadata, contract: 'v1' })).not.toThrow();
    expect(canAggregate({ metadata, contract: 'host' })).toBe(true);
  });

  it.each([
    { metadata, contract: 'classic', state: 'a classic plugin has no such call' },
    { metadata: { pluginType: 'evaluator' }, contract: 'v1', state: 'its metadata do not say' },
    { metadata: { ...metadata, pluginType: 'filter' }, contract: 'v1', state: 'it is a filter' },
  ] as const)('refuses what is none: $state', ({ state, ...plugin }) => {
    expect(() => requireAggregate({ id: 'a', ...plugin })).toThrow(
      expect.objectContaining({
        code: 'CALL_UNSUPPORTED',
        retryable: false,
        message: expect.stringContaining(`Cannot aggregate with plugin "a": ${state}`),
      }),
    );
  });
});
