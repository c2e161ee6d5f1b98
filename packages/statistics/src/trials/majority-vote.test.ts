import { expect, it } from 'vitest';

import { compareLabels } from '../labels.js';
import { majorityVote, type TieRule } from './majority-vote.js';

/** Over all subsets, following the definition. */
function slowly(
  answers: readonly (string | null)[],
  target: string,
  k: number,
  tie: TieRule,
): number {
  let all = 0;
  let right = 0;
  for (let mask = 0; mask < 2 ** answers.length; mask += 1) {
    const drawn = answers.filter((_, index) => ((mask >> index) & 1) === 1);
    if (drawn.length !== k) continue;
    all += 1;
    const counts = new Map<string, number>();
    for (const vote of drawn) if (vote !== null) counts.set(vote, (counts.get(vote) ?? 0) + 1);
    const most = Math.max(...counts.values());
    const winners = Array.from(counts.keys()).filter((answer) => counts.get(answer) === most);
    if (!winners.includes(target)) continue;
    if (tie === 'fraction') right += 1 / winners.length;
    else if (tie === 'wrong') right += Number(winners.length === 1);
    else if (tie === 'smallest') right += Number(winners.sort(compareLabels)[0] === target);
    else right += Number(winners[0] === target);
  }
  return right / all;
}

const RULES: readonly TieRule[] = ['fraction', 'smallest', 'wrong', 'first'];

it.each(RULES)('counts ties by the rule "%s" as going through all subsets does', (tie) => {
  const answers = ['b', 'a', null, 'b', 'c', 'a', 'c', null, 'a', 'b'];
  for (let k = 1; k <= answers.length; k += 1) {
    for (const target of ['a', 'b', 'c', 'd']) {
      const expected = slowly(answers, target, k, tie);
      expect(majorityVote(answers, target, k, { tie })).toBeCloseTo(expected, 12);
    }
  }
});

it('counts hundreds of samples without going through all subsets', () => {
  const answers = Array.from({ length: 400 }, (_, k) => (k % 5 < 3 ? 'x' : `y${k % 7}`));
  expect(majorityVote(answers, 'x', 51)).toBeCloseTo(1, 9);
});
