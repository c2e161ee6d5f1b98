import type { ResultRow } from '@testbench/bench/results';

import { ownValue } from './own-value.js';

/** Evaluators that asked the answer's own model about this row: their scores favour it. */
export function selfJudges(
  { details = {} }: Pick<ResultRow, 'details'>,
  evaluators: readonly string[],
): string[] {
  return evaluators.filter((name) => ownValue(details, name)?.selfJudged === true);
}
