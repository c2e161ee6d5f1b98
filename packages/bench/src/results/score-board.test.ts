import { describe, expect, it } from 'vitest';

import type { ResultRow } from './result-row.js';
import { type BoardOptions, ScoreBoard } from './score-board.js';

const row = (index: number, model: string, rest: Partial<ResultRow>): ResultRow => ({
  index,
  line: index + 1,
  prompt: 'p',
  provider: 'o',
  model,
  epoch: 1,
  input: 'q',
  scores: {},
  ...rest,
});

const boardOf = (
  models: readonly string[],
  evaluators: readonly string[],
  more: Partial<BoardOptions> = {},
): ScoreBoard =>
  new ScoreBoard({
    systems: models.map((model) => ({ prompt: 'p', provider: 'o', model })),
    evaluators: evaluators.map((name) => ({ name })),
    ...more,
  });

describe('ScoreBoard', () => {
  it('adds up by model and evaluator, in the order given', () => {
    const board = boardOf(['b', 'a'], ['x', 'y']);
    board.add([row(0, 'a', { scores: { x: 1, y: 0.5 } })]);
    board.add([row(1, 'a', { scores: { x: 0, y: 0.75 } })]);
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
    const board = boardOf(['m'], ['x', 'y']);
    const trapped = { code: 'CALL_TRAPPED', message: 'boom' };
    board.add([row(0, 'm', { scores: { x: 1, y: 1 } })]);
    board.add([row(1, 'm', { scores: { x: 1 }, errors: { y: trapped } })]);
    board.add([row(2, 'm', { scores: { x: 0 }, errors: { y: { ...trapped, message: 'later' } } })]);
    board.add([
      row(3, 'm', { failure: { stage: 'provider', code: 'CALL_FUEL_EXHAUSTED', message: 'f' } }),
    ]);
    board.add([row(4, 'm', { scores: { x: 0, y: 0 }, dropped: { reason: 'low' } })]);
    const [x, y] = board.summaries();
    expect(x).toMatchObject({ n: 3, errors: 1, dropped: 1, mean: 2 / 3 });
    expect(y).toMatchObject({ n: 1, errors: 3, dropped: 1, mean: 1 });
    expect(y?.errorCodes).toEqual({
      CALL_TRAPPED: { count: 2, first: { index: 1, line: 2, message: 'boom' } },
      CALL_FUEL_EXHAUSTED: { count: 1, first: { index: 3, line: 4, message: 'f' } },
    });
  });

  it('makes one score of the epochs of a record', () => {
    const board = boardOf(['m'], ['x'], { reducer: 'pass@2' });
    const epochs = [1, 0, 0, 0].map((x, at) => row(0, 'm', { epoch: at + 1, scores: { x } }));
    board.add(epochs);
    const [x] = board.summaries();
    expect(x).toMatchObject({ n: 1, mean: 0.5, epochDeviation: 0.5, errors: 0 });
    expect(board.systems()).toEqual([
      { prompt: 'p', provider: 'o', model: 'm', cases: 4, failed: 0, dropped: 0 },
    ]);
  });

  it.each([
    { onError: 'missing', n: 1, mean: 1 },
    { onError: 'wrong', n: 2, mean: 0.5 },
  ] as const)('takes a failed case as $onError', ({ onError, n, mean }) => {
    const board = boardOf(['m'], ['x'], { onError });
    board.add([row(0, 'm', { scores: { x: 1 } })]);
    board.add([row(1, 'm', { errors: { x: { code: 'CALL_TRAPPED', message: 'boom' } } })]);
    expect(board.summaries()[0]).toMatchObject({ n, mean, errors: 1 });
  });

  it('counts cases that reach their thresholds', () => {
    const board = boardOf(['m'], [], { evaluators: [{ name: 'x', threshold: 0.5 }] });
    board.add([row(0, 'm', { scores: { x: 1 }, passed: true })]);
    board.add([row(1, 'm', { scores: { x: 0 }, passed: false })]);
    board.add([row(2, 'm', { errors: { x: { code: 'CALL_TRAPPED', message: 'boom' } } })]);
    expect(board.systems()[0]).toMatchObject({ cases: 3, failed: 1, passed: 1, notPassed: 1 });
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])(
    'counts an evaluator and a model called %s like any other',
    (name) => {
      const board = boardOf([name], [name, 'x']);
      const failure = { code: 'CALL_TRAPPED', message: 'boom' };
      board.add([
        row(0, name, {
          scores: Object.fromEntries([
            [name, 1],
            ['x', 0],
          ]),
        }),
      ]);
      board.add([
        row(1, name, { scores: Object.fromEntries([[name, 1]]), errors: { x: failure } }),
      ]);
      board.add([
        row(2, name, { scores: { x: 0 }, errors: Object.fromEntries([[name, failure]]) }),
      ]);
      expect(board.summaries()).toMatchObject([
        { model: name, evaluator: name, n: 2, mean: 1, errors: 1 },
        { model: name, evaluator: 'x', n: 2, mean: 0, errors: 1 },
      ]);
      expect(() => board.add([row(3, name, { scores: { x: 0 } })])).toThrow('no score of');
    },
  );

  it.each([
    { rowOf: row(0, 'other', { scores: { x: 1 } }), message: 'unknown model "other"' },
    { rowOf: row(0, 'm', { scores: {} }), message: 'no score of "x"' },
  ])('rejects a row that is not of this run: $message', ({ rowOf, message }) => {
    expect(() => boardOf(['m'], ['x']).add([rowOf])).toThrow(message);
  });
});
