import { describe, expect, it } from 'vitest';

import type { Reducer } from '../config/benchmark-config.js';
import { epochReducer } from './reduce-epochs.js';

describe('epochReducer()', () => {
  it.each<[Reducer, readonly number[], number]>([
    ['mean', [0, 0.5, 1], 0.5],
    ['median', [0.9, 0.1, 0.4], 0.4],
    ['median', [0.9, 0.1, 0.4, 0.2], (0.4 + 0.2) / 2],
    ['mode', [1, 0.5, 0.5, 0], 0.5],
    ['mode', [1, 0.5], 0.5],
    ['min', [0.5, 0.2], 0.2],
    ['max', [0.5, 0.2], 0.5],
    ['majority', [1, 1, 0], 1],
    ['majority', [1, 0], 0],
    ['at-least-2', [1, 0, 1], 1],
    ['at-least-2', [1, 0, 0.9], 0],
    // Chen et al. 2021: 1 - C(n - c, k) / C(n, k)
    ['pass@1', [1, 0, 0, 0], 0.25],
    ['pass@3', [1, 1, 0, 0, 0], 1 - 1 / 10],
    ['pass@4', [1, 1, 0, 0, 0], 1],
    // Yao et al. 2024: C(c, k) / C(n, k)
    ['pass^2', [1, 1, 1, 0], 3 / 6],
    ['pass^2', [1, 0, 0, 0], 0],
    ['pass@5', [1], 1],
  ])('%s of %j is %d', (name, scores, result) => {
    expect(epochReducer(name)(scores)).toBeCloseTo(result, 12);
  });

  it('takes what reaches a threshold as right', () => {
    expect(epochReducer('pass@1', 0.5)([0.5, 0.4])).toBe(0.5);
  });
});
