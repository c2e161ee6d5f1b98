import { describe, expect, it } from 'vitest';

import { nearestName, suggestName } from './nearest-name.js';

const SOURCE = 'const limit = 3;\nexport const evaluate = ({ output }) => output.length < limit;';

describe('nearestName()', () => {
  it.each([
    ['outptu', 'output'],
    ['LIMIT', 'limit'],
    ['evalute', 'evaluate'],
    ['banana', undefined],
    ['expotr', undefined],
    ['ex', undefined],
    ['limit', undefined],
  ])('takes %s for %s', (name, expected) => {
    expect(nearestName(name, [SOURCE])).toBe(expected);
  });
});

describe('suggestName()', () => {
  it.each([
    ["Cannot find name 'limt'", ', did you mean "limit"?'],
    ["Property 'lenght' does not exist on type 'String'", ', did you mean "length"?'],
    ['ReferenceError: outptu is not defined (metric.ts:2:5)', ', did you mean "output"?'],
    ["NameError: name 'limt' is not defined", ', did you mean "limit"?'],
    ['No matching export in "lib.ts" for import "evalute"', ', did you mean "evaluate"?'],
    ['ReferenceError: Intl is not defined: there is no Intl', ''],
    ["NameError: name 'limt' is not defined. Did you mean: 'limit'?", ''],
    ['TypeError: outptu is not a function', ''],
  ])('says of %j: %j', (message, expected) => {
    expect(suggestName(message, [SOURCE])).toBe(expected);
  });
});
