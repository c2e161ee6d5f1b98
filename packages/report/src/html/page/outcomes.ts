import type { PageStore } from './page-store.js';

/** Whether an answer counts as right; `none` if it has no score. */
export type Outcome = 'right' | 'wrong' | 'none';

/** Score of a record by a system: the mean over its epochs. Null without a score. */
export function recordScore(
  store: PageStore,
  record: number,
  system: number,
  evaluator: number,
): number | null {
  const isWrong = store.index.runs[store.index.systems[system]!.run]!.plan.onError === 'wrong';
  let sum = 0;
  let count = 0;
  for (const number of store.rowsOfRecord[record]!) {
    const row = store.row(number);
    if (row.system !== system || row.isDropped) continue;
    const score = store.score(evaluator, number);
    if (score === null && !isWrong) continue;
    sum += score ?? 0;
    count += 1;
  }
  return count === 0 ? null : sum / count;
}

/** A score at or above the evaluator's threshold is right; without a threshold, only 1 is. */
function outcomeOf(store: PageStore, record: number, system: number, evaluator: number): Outcome {
  const score = recordScore(store, record, system, evaluator);
  if (score === null) return 'none';
  return score >= rightFrom(store, evaluator) ? 'right' : 'wrong';
}

/** How a score is shown: right, wrong, or, without a threshold, possibly in between. */
export function scoreKind(
  store: PageStore,
  evaluator: number,
  score: number | null,
): 'right' | 'wrong' | 'graded' | 'failed' {
  if (score === null) return 'failed';
  if (score >= rightFrom(store, evaluator)) return 'right';
  const hasThreshold = store.index.evaluators[evaluator]?.threshold !== undefined;
  return hasThreshold || score === 0 ? 'wrong' : 'graded';
}

export function rightFrom(store: PageStore, evaluator: number): number {
  return store.index.evaluators[evaluator]?.threshold ?? 1;
}

/** Number of records for each combination of two systems' outcomes. */
export function countOutcomes(
  store: PageStore,
  a: number,
  b: number,
  evaluator: number,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let record = 0; record < store.recordCount; record += 1) {
    const cell = cellOf(store, record, a, b, evaluator);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  return counts;
}

/** Name of a cell of the matrix: `right-wrong`. */
export function cellOf(
  store: PageStore,
  record: number,
  a: number,
  b: number,
  evaluator: number,
): string {
  return `${outcomeOf(store, record, a, evaluator)}-${outcomeOf(store, record, b, evaluator)}`;
}
