import { invalid } from '../arguments.js';
import { compareLabels, type Label } from '../labels.js';
import { lnGamma } from '../distributions/terms.js';
import { oneOf, readOptions } from '../options.js';

/** Which answer wins when several have the most votes. */
export type TieRule = 'fraction' | 'smallest' | 'wrong' | 'first';

/** Maximum number of subsets to enumerate, where their order matters. */
const MOST_SUBSETS = 5_000_000;

/**
 * Expected accuracy of the most frequent answer among k of the given samples, over all ways of drawing them.
 *
 * Ties: `fraction` counts 1 over the number of winners if the target is among them; `smallest` lets the smallest answer win, by code
 * point; `wrong` counts a tie as wrong; `first` lets the answer win whose first vote comes earliest.
 *
 * @param answers Null for a sample without an answer: it does not vote; without votes, the result is wrong.
 * @returns Null for k = 0 or k above the number of samples.
 * @throws {StatisticsError} `STATISTICS_INVALID_ARGUMENT` if there are more than five million ways with `first`.
 * @see Wang et al. (2022), Self-Consistency, arXiv:2203.11171
 */
export function majorityVote(
  answers: readonly (Label | null)[],
  target: Label,
  k: number,
  options?: { readonly tie?: TieRule },
): number | null {
  const { tie = 'fraction' } = readOptions(options, {
    tie: oneOf('fraction', 'smallest', 'wrong', 'first'),
  });
  const n = answers.length;
  if (k < 1 || k > n) return null;
  if (tie === 'first') return byOrder(answers, target, k);
  const counts = new Map<Label | null, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  const rivals = Array.from(counts).filter(([answer]) => answer !== target && answer !== null);
  const blank = counts.get(null) ?? 0;
  const own = counts.get(target) ?? 0;
  let expected = 0;
  for (let votes = 1; votes <= Math.min(own, k); votes += 1) {
    // Number of ways to fill the rest, by how many are drawn and how many rivals tie with the target.
    let ways = new Map<string, number>([['0,0', 1]]);
    const fill = (count: number, most: number, ties: boolean): void => {
      const next = new Map<string, number>();
      for (const [state, weight] of ways) {
        const [drawn, tied] = state.split(',').map(Number) as [number, number];
        for (let take = 0; take <= Math.min(count, most, k - votes - drawn); take += 1) {
          const key = `${drawn + take},${tied + Number(ties && take === votes)}`;
          next.set(key, (next.get(key) ?? 0) + weight * choose(count, take));
        }
      }
      ways = next;
    };
    fill(blank, blank, false);
    for (const [answer, count] of rivals) {
      const loses = tie === 'smallest' && compareLabels(answer!, target) < 0;
      const most = tie === 'wrong' || loses ? votes - 1 : votes;
      fill(count, most, tie === 'fraction');
    }
    for (const [state, weight] of ways) {
      const [drawn, tied] = state.split(',').map(Number) as [number, number];
      if (drawn === k - votes) expected += (choose(own, votes) * weight) / (tied + 1);
    }
  }
  return expected / choose(n, k);
}

/** Over all subsets: counts do not show which answer was first. */
function byOrder(answers: readonly (Label | null)[], target: Label, k: number): number {
  const n = answers.length;
  if (choose(n, k) > MOST_SUBSETS) {
    throw invalid(
      'number of ways',
      `at most ${MOST_SUBSETS} with the tie rule "first"`,
      choose(n, k),
    );
  }
  let right = 0;
  let all = 0;
  const chosen: number[] = [];
  const visit = (from: number): void => {
    if (chosen.length === k) {
      all += 1;
      right += Number(winner(chosen.map((index) => answers[index]!)) === target);
      return;
    }
    for (let index = from; index <= n - (k - chosen.length); index += 1) {
      chosen.push(index);
      visit(index + 1);
      chosen.pop();
    }
  };
  visit(0);
  return right / all;
}

function winner(votes: readonly (Label | null)[]): Label | undefined {
  const counts = new Map<Label, number>();
  for (const vote of votes) if (vote !== null) counts.set(vote, (counts.get(vote) ?? 0) + 1);
  const most = Math.max(...counts.values());
  for (const [answer, count] of counts) if (count === most) return answer;
  return undefined;
}

/** Number of ways to choose k of n. */
function choose(n: number, k: number): number {
  if (k < 0 || k > n) return 0;
  if (n > 300) return Math.exp(lnGamma(n + 1) - lnGamma(k + 1) - lnGamma(n - k + 1));
  let ways = 1;
  for (let i = 1; i <= Math.min(k, n - k); i += 1) ways = (ways * (n - Math.min(k, n - k) + i)) / i;
  return ways;
}
