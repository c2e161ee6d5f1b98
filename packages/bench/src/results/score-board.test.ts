import { describe, expect, it } from 'vitest';

import type { ResultRow } from './result-row.js';
import { ScoreBoard } from './score-board.js';

const row = (index: number, model: string, rest: Partial<ResultRow>): ResultRow => ({
  index,
  line: index + 1,
  model,
  input: 'q',
  scores: {},
  ...rest,
});

describe('ScoreBoard', () => {
  it('adds up by model and evaluator, in the order given', () => {
    const board = new ScoreBoard(['b', 'a'], ['x', 'y']);
    board.add(row(0, 'a', { scores: { x: 1, y: 0.5 } }));
    board.add(row(1, 'a', { scores: { x: 0, y: 0.75 } }));
    const summaries = board.summaries();
    expect(summaries.map(({ model, evaluator, n, mean }) => [model, evaluator, n, mean])).toEqual([
      ['b', 'x', 0, null],
      ['b', 'y', 0, null],
      ['a', 'x', 2, 0.5],
      ['a', 'y', 2, 0.625],
    ]);
    expect(summaries[0]?.interval).toBeNull();
    expect(summaries[2]?.interval?.method).toBe('wilson');
    expect(summaries[3]?.interval?.method).toBe('student');
  });

  it('accounts for every record: as a score, an error, or dropped', () => {
    const board = new ScoreBoard(['m'], ['x', 'y']);
    const trapped = { code: 'CALL_TRAPPED', message: 'boom' };
    board.add(row(0, 'm', { scores: { x: 1, y: 1 } }));
    board.add(row(1, 'm', { scores: { x: 1 }, errors: { y: trapped } }));
    board.add(row(2, 'm', { scores: { x: 0 }, errors: { y: { ...trapped, message: 'later' } } }));
    board.add(
      row(3, 'm', { failure: { stage: 'provider', code: 'CALL_FUEL_EXHAUSTED', message: 'f' } }),
    );
    board.add(row(4, 'm', { scores: { x: 0, y: 0 }, dropped: { reason: 'low' } }));
    const [x, y] = board.summaries();
    expect(x).toMatchObject({ n: 3, errors: 1, dropped: 1, mean: 2 / 3 });
    expect(y).toMatchObject({ n: 1, errors: 3, dropped: 1, mean: 1 });
    expect(y?.errorCodes).toEqual({
      CALL_TRAPPED: { count: 2, first: { index: 1, line: 2, message: 'boom' } },
      CALL_FUEL_EXHAUSTED: { count: 1, first: { index: 3, line: 4, message: 'f' } },
    });
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'counts an evaluator and a model called %s like any other',
    (name) => {
      const board = new ScoreBoard([name], [name, 'x']);
      const failure = { code: 'CALL_TRAPPED', message: 'boom' };
      board.add(
        row(0, name, {
          scores: Object.fromEntries([
            [name, 1],
            ['x', 0],
          ]),
        }),
      );
      board.add(row(1, name, { scores: Object.fromEntries([[name, 1]]), errors: { x: failure } }));
      board.add(row(2, name, { scores: { x: 0 }, errors: Object.fromEntries([[name, failure]]) }));
      expect(board.summaries()).toMatchObject([
        { model: name, evaluator: name, n: 2, mean: 1, errors: 1 },
        { model: name, evaluator: 'x', n: 2, mean: 0, errors: 1 },
      ]);
      expect(() => board.add(row(3, name, { scores: { x: 0 } }))).toThrow('no score of');
    },
  );

  it.each([
    { rowOf: row(0, 'other', { scores: { x: 1 } }), message: 'unknown model "other"' },
    { rowOf: row(0, 'm', { scores: {} }), message: 'no score of "x"' },
  ])('rejects a row that is not of this run: $message', ({ rowOf, message }) => {
    expect(() => new ScoreBoard(['m'], ['x']).add(rowOf)).toThrow(message);
  });
});
