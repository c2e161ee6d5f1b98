import type { RunRange } from '@testbench/types/stores';

import type { BudgetsConfig, SpendingConfig } from '../config/benchmark-config.js';
import { withoutUndefined } from '../config/without-undefined.js';
import type { PreparedRun } from '../run/prepare-run.js';

/** The run with the budgets for a part of its records: together the parts spend no more tokens and money than the whole run may. Each part has the full time. */
export function shareBudgets(run: PreparedRun, { from, to }: RunRange): PreparedRun {
  const share = (to - from) / Math.max(1, run.dataset.count);
  const { timeMs, judge, ...whole } = run.config.budgets;
  const budgets: BudgetsConfig = withoutUndefined({
    ...shareOf(whole, share),
    timeMs,
    judge: judge && shareOf(judge, share),
  });
  return { ...run, config: { ...run.config, budgets } };
}

function shareOf({ tokens, money }: SpendingConfig, share: number): SpendingConfig {
  return withoutUndefined({
    tokens: tokens === undefined ? undefined : Math.floor(tokens * share),
    money: money === undefined ? undefined : money * share,
  });
}
