import { describe, expect, it } from 'vitest';

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
