import { describe, expect, it } from 'vitest';

import { studentQuantile } from './student-t.js';

describe('studentQuantile()', () => {
  // scipy.stats.t.ppf(0.975, df), SciPy 1.17.1
  it.each([
    [1, 12.706204736174694],
    [2, 4.302652729749462],
    [3, 3.1824463052837078],
    [4, 2.7764451051977934],
    [9, 2.262157162798205],
    [10, 2.228138851986274],
    [29, 2.045229642132703],
    [30, 2.0422724563012378],
    [199, 1.9719565442517533],
    [200, 1.9718962236339088],
    [201, 1.971836506779859],
    [1000, 1.9623390808264083],
    [1_000_000, 1.959966356814107],
  ])('has %d degrees of freedom at %d', (degreesOfFreedom, expected) => {
    expect(studentQuantile(degreesOfFreedom)).toBeCloseTo(expected, 11);
  });

  it('falls with every further degree of freedom, also where the method changes', () => {
    for (let n = 1; n < 400; n += 1) {
      expect(studentQuantile(n + 1)).toBeLessThan(studentQuantile(n));
    }
  });
});
