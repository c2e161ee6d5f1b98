import { describe, expect, it } from 'vitest';

import { DropBoard } from './drop-board.js';

const NAME = { prompt: 'p', provider: 'o', epoch: 1 };

describe('DropBoard', () => {
  it('counts by model and reason, whatever they are called', () => {
    const board = new DropBoard();
    const rows: [model: string, reason?: string | null][] = [
      ['m', 'low'],
      ['constructor', '__proto__'],
      ['m', 'low'],
      ['m', null],
      ['m'],
    ];
    for (const [index, [model, reason]] of rows.entries()) {
      const dropped = typeof reason === 'string' ? { reason } : {};
      const verdict = reason === undefined ? {} : { dropped };
      board.add({ ...NAME, index, line: index + 1, model, scores: {}, ...verdict });
    }
    expect(board.counts()).toEqual([
      { model: 'm', reason: 'low', count: 2, first: { index: 0, line: 1 } },
      { model: 'm', reason: null, count: 1, first: { index: 3, line: 4 } },
      { model: 'constructor', reason: '__proto__', count: 1, first: { index: 1, line: 2 } },
    ]);
  });

  it('counts the reasons after the first twenty together', () => {
    const board = new DropBoard();
    for (let index = 0; index < 1000; index += 1) {
      const reason = `at ${index}`;
      board.add({ ...NAME, index, line: index + 1, model: 'm', scores: {}, dropped: { reason } });
    }
    const counts = board.counts();
    expect(counts).toHaveLength(21);
    expect(counts.at(-1)).toEqual({
      model: 'm',
      reason: null,
      count: 980,
      first: { index: 20, line: 21 },
    });
  });
});
