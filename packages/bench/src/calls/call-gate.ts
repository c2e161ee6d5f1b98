import type { BudgetAccount, Spending } from './budget.js';

/** An attempt at a paid call that wants to begin. */
export interface GatedCall {
  /** Where the models of its stage stand in the configuration, such as `providers[0].models`. */
  readonly path: string;
  readonly account: BudgetAccount;
  /** The most that it can use. */
  readonly most: Spending;
}

/** Limits that processes share: asked before each attempt at a paid call, behind the process's own. */
export interface CallGate {
  /**
   * Waits until the attempt may begin.
   *
   * @returns Is told, once, what the attempt used; undefined if that is not known, so that all of `most` counts.
   * @throws {BenchError} `BENCH_BUDGET_SPENT` if there is not as much left; `BENCH_CANCELLED`.
   */
  admit(
    call: GatedCall,
    signal: AbortSignal | undefined,
  ): Promise<(used: Spending | undefined) => void>;
}
