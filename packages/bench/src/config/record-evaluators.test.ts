import { describe, expect, it } from 'vitest';

import { readRecordEvaluators } from './record-evaluators.js';

describe('readRecordEvaluators()', () => {
  it('reads names, paths and settings', () => {
    const value = [
      'exact-match',
      'mine/check.wasm',
      { plugin: 'regex-match', config: { pattern: 'a' }, name: 'a', threshold: 0.5, weight: 2 },
    ];
    expect(readRecordEvaluators(value, 'evaluators', '/base')).toEqual([
      { plugin: 'exact-match', name: 'exact-match', weight: 1 },
      { plugin: '/base/mine/check.wasm', name: 'check', weight: 1 },
      value[2],
    ]);
    expect(readRecordEvaluators([], 'evaluators', '/base')).toEqual([]);
  });

  it.each([
    ['exact-match', 'evaluators', 'expected a list'],
    [[5], 'evaluators[0]', 'expected a text, found 5'],
    [[{ plugin: 'a', permissions: { network: true } }], 'evaluators[0].permissions', 'unknown key'],
    [[{ plugin: 'a', limits: {} }], 'evaluators[0].limits', 'unknown key'],
    [[{ plugin: 'a', weight: -1 }], 'evaluators[0].weight', 'expected a number from 0'],
    [['oci://a/b'], 'evaluators[0]', 'plugins of registries'],
    [[{ plugin: 'oci://a/b' }], 'evaluators[0].plugin', 'plugins of registries'],
    [['a/b@1'], 'evaluators[0]', 'plugins of registries'],
  ])('refuses %j', (value, path, message) => {
    expect(() => readRecordEvaluators(value, 'evaluators', '/')).toThrow(
      expect.objectContaining({ path, message: expect.stringContaining(message) }),
    );
  });
});
