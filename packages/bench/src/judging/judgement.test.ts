import { describe, expect, it } from 'vitest';

import { checkRow } from '../results/check-row.js';
import { readJudgements, withoutReplies } from './judgement.js';
import { MAX_JUDGEMENT_CHARACTERS } from './limits.js';

const fail = (problem: string): Error => new TypeError(problem);

describe('readJudgements()', () => {
  it('takes what is known, and leaves out the rest', () => {
    const judgement = {
      judge: 'a',
      sample: 2,
      order: 'answer_first',
      score: 1,
      grade: 5,
      choice: 'A',
      items: 3,
      held: 2,
      reason: 'so',
      reply: 'r',
    };
    expect(
      readJudgements(
        [
          { ...judgement, more: 1 },
          { judge: 'b', problem: 'p', score: null },
        ],
        fail,
      ),
    ).toEqual([judgement, { judge: 'b', problem: 'p' }]);
    expect(readJudgements(undefined, fail)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [{}, '"data.judgements" is no list'],
    [
      Array.from({ length: 65 }, () => ({ judge: 'a' })),
      '"data.judgements" has 65 entries, limit is 64',
    ],
    [[7], '"data.judgements[0].judge" is no name'],
    [[{ judge: 'a'.repeat(257) }], '"data.judgements[0].judge" is no name'],
    [
      [{ judge: 'a' }, { judge: 'a', score: 1.5 }],
      '"data.judgements[1].score" is 1.5, expected a number from 0 to 1',
    ],
    [[{ judge: 'a', grade: '5' }], '"data.judgements[0].grade" is no number'],
    [[{ judge: 'a', grade: Number.POSITIVE_INFINITY }], '"data.judgements[0].grade" is no number'],
    [[{ judge: 'a', reply: {} }], '"data.judgements[0].reply" is no text'],
    [
      [{ judge: 'a', reply: 'x'.repeat(MAX_JUDGEMENT_CHARACTERS + 1) }],
      '"data.judgements" has more than 4194304 characters',
    ],
  ])('refuses what a hostile evaluator may give, row %#', (value, problem) => {
    expect(() => readJudgements(value, fail)).toThrow(new TypeError(problem));
  });
});

it('withoutReplies() keeps the numbers', () => {
  const judgement = { judge: 'a', score: 1, reason: 'so', reply: 'r' };
  expect(withoutReplies([judgement])).toEqual([{ judge: 'a', score: 1 }]);
});

describe('a judgement in a row that comes from a file', () => {
  const rowOf = (judgement: object): object => ({
    index: 0,
    prompt: 'p',
    provider: 'o',
    model: 'm',
    epoch: 1,
    scores: { judge: 1 },
    details: { judge: { judgements: [judgement] } },
  });

  it.each([
    { judge: 1 },
    { judge: 'j', reason: {} },
    { judge: 'j', reply: ['x'] },
    { judge: 'j', order: 1 },
    { judge: 'j', choice: null },
    { judge: 'j', problem: true },
    { judge: 'j', score: 2 },
    { judge: 'j', grade: '5' },
    { judge: 'j', held: null },
  ])('is refused: %j', (judgement) => {
    expect(() => checkRow(rowOf(judgement), '/runs/x')).toThrow(
      expect.objectContaining({
        code: 'BENCH_RUN_DAMAGED',
        message: expect.stringContaining('judgements') as string,
      }),
    );
  });

  it('is taken with texts and numbers', () => {
    const row = rowOf({ judge: 'j', score: 1, reason: 'r', reply: '', sample: 1 });
    expect(checkRow(row, '/runs/x')).toBe(row);
  });
});
