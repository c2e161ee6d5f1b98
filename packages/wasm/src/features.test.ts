import { describe, expect, it } from 'vitest';

import { featureBit, FeatureMask, FEATURES } from './features.js';

describe('FeatureMask', () => {
  it('has the bits of the names', () => {
    const named = Object.entries(FeatureMask).filter(
      (entry): entry is [string, number] => typeof entry[1] === 'number' && entry[0] !== 'None',
    );
    expect(named.length).toBeGreaterThan(10);
    for (const [name, bit] of named) {
      const feature = FEATURES.find((text) => text.replaceAll('-', '') === name.toLowerCase());
      expect([name, featureBit(feature)]).toEqual([name, bit]);
    }
  });
});
