import type { BudgetAccount, Spending } from './budget.js';

/** An attempt at a paid call that wants to begin. */
export interface GatedCall {
  /** The path of its stage's models in the configuration, such as `providers[0].models`. */
  readonly path: string;
  readonly account: BudgetAccount;
  /** The most that it can use. */
  readonly most: Spending;
}

/** Limits that processes share: checked before each attempt at a paid call, after the process's own limits. */
export interface CallGate {
  /**
   * Waits until the attempt may begin.
   *
   * @returns Called once with what the attempt used; undefined if that is unknown, so that all of `most` counts.
   * @throws {BenchError} `BENCH_BUDGET_SPENT` if not enough is left; `BENCH_CANCELLED`.
   */
  admit(
    call: GatedCall,
    signal: AbortSignal | undefined,
  ): Promise<(used: Spending | undefined) => void>;
}
