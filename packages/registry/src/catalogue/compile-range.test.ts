import semver from 'semver';
import { describe, expect, it } from 'vitest';

import { compileRange } from './compile-range.js';

const RANGES = [
  '*',
  '',
  '1',
  '1.2',
  '1.2.3',
  '=1.2.3',
  '^1.2.3',
  '^0.2.3',
  '^0.0.3',
  '~1.2',
  '~1.2.3',
  '1.x',
  '1.2.x',
  '>1.2.3',
  '>=1.2.3 <2.0.0',
  '<1.2.3',
  '<=1.2.3',
  '1.2.3 - 2.3',
  '1.2.3 || 2.x',
  '>1.2.3-rc.1',
  '>=1.2.3-rc.1',
  '<1.2.3-rc.1',
  '=1.2.3-rc.1',
  '^1.2.3-rc.1',
  '<0.0.0-0',
  '>=2.0.0 <1.0.0',
  '1.2.3-rc.1 || 9.9.9',
];
const PARTS = [0, 1, 2, 3, 9];
const VERSIONS = PARTS.flatMap((major) =>
  PARTS.flatMap((minor) =>
    PARTS.flatMap((patch) =>
      ['', '-rc.1', '-rc.2'].map((end) => `${major}.${minor}.${patch}${end}`),
    ),
  ),
).map((version) => new semver.SemVer(version));

describe('compileRange()', () => {
  it.each(RANGES)('says of %j what the library says', (text) => {
    const range = new semver.Range(text);
    const compiled = compileRange(text);
    const wrong = VERSIONS.filter((version) => compiled(version) !== range.test(version));
    expect(wrong.map(String)).toEqual([]);
  });
});
