import { Judgement } from "./judgement";

/** How several scores become one. */
export enum Rule {
  Mean,
  Median,
  Majority,
}

export const RULES: string[] = ["mean", "median", "majority"];

/** One score out of several; NaN out of none. */
export function combine(scores: f64[], rule: Rule): f64 {
  const count = scores.length;
  if (count == 0) return NaN;
  const sorted = scores.slice(0).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  if (rule == Rule.Mean) return mean(sorted);
  if (rule == Rule.Median) return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2;
  return mean(modes(sorted));
}

/** Share of the scores that are the most frequent one. */
export function agreement(scores: f64[]): f64 {
  let most = 0;
  for (let index = 0; index < scores.length; index++) most = max(most, countOf(scores, scores[index]));
  return <f64>most / <f64>scores.length;
}

/** Distance of the greatest score from the least. */
export function spread(scores: f64[]): f64 {
  let least = scores[0];
  let most = scores[0];
  for (let index = 1; index < scores.length; index++) {
    least = min(least, scores[index]);
    most = max(most, scores[index]);
  }
  return most - least;
}

/** The most frequent scores, each once: more than one if several are equally frequent. */
function modes(sorted: f64[]): f64[] {
  const found: f64[] = [];
  let most = 0;
  for (let index = 0; index < sorted.length; index++) most = max(most, countOf(sorted, sorted[index]));
  for (let index = 0; index < sorted.length; index++) {
    if (countOf(sorted, sorted[index]) == most && !found.includes(sorted[index])) found.push(sorted[index]);
  }
  return found;
}

function countOf(scores: f64[], score: f64): i32 {
  let count = 0;
  for (let index = 0; index < scores.length; index++) {
    if (scores[index] == score) count++;
  }
  return count;
}

function mean(scores: f64[]): f64 {
  let sum: f64 = 0;
  for (let index = 0; index < scores.length; index++) sum += scores[index];
  return sum / <f64>scores.length;
}

/**
 * What both orders of one comparison come to, for the answer: a win or a defeat only if both say so. A verdict that changes with the order says
 * nothing of the answers.
 */
export function settle(forward: Judgement, backward: Judgement): f64 {
  return forward.score == backward.score ? forward.score : 0.5;
}

/** True if the two orders say opposite things. */
export function isFlipped(forward: Judgement, backward: Judgement): bool {
  return forward.score + backward.score == 1 && forward.score != 0.5;
}
