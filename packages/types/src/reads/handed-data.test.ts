import { describe, expect, it } from 'vitest';

import { PLUGIN_TYPES } from '../metadata/plugin-metadata.js';
import { handedData, isHanded } from './handed-data.js';

describe('handedData()', () => {
  it.each([
    { pluginType: 'evaluator', always: 'output' },
    { pluginType: 'custom', always: 'output' },
    { pluginType: 'provider', always: 'model' },
    { pluginType: 'transform', always: 'text' },
    { pluginType: 'filter', always: 'items' },
  ] as const)('hands $always to a $pluginType that reads nothing', ({ pluginType, always }) => {
    expect(
      PLUGIN_TYPES.filter((type) => isHanded({ pluginType: type, reads: [] }, always)),
    ).toContain(pluginType);
    expect(handedData({ pluginType, reads: [] }, { [always]: 1, record: {} })).toEqual({
      [always]: 1,
    });
  });

  it('keeps the order of the data, and names that mean something to JavaScript', () => {
    const data = JSON.parse(
      '{"b":1,"__proto__":{"x":2},"output":3,"a":4,"constructor":5}',
    ) as object;
    const reads = ['a', '__proto__', 'b', 'toString'];
    const handed = handedData({ pluginType: 'evaluator', reads }, data);
    expect(JSON.stringify(handed)).toBe('{"b":1,"__proto__":{"x":2},"output":3,"a":4}');
    expect(Object.getPrototypeOf(handed)).toBe(Object.prototype);
  });
});
