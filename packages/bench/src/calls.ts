/**
 * Paid calls: cache, budget, prices, and concurrency.
 *
 * @packageDocumentation
 */
export {
  Budget,
  type BudgetAccount,
  type BudgetOptions,
  type Reservation,
  type Spending,
} from './calls/budget.js';
export {
  type CacheCounts,
  type CacheProblem,
  CallCache,
  type CallCacheOptions,
  type FoundCall,
} from './calls/call-cache.js';
export type { CachedCall, CallLatency } from './calls/cached-call.js';
export type { CallGate, GatedCall } from './calls/call-gate.js';
export { callKey, type CallKeyParts } from './calls/call-key.js';
export type { CachePruned, CacheStats, PruneOptions } from './calls/prune-cache.js';
export {
  type AfterAttempt,
  CallControl,
  type CallControlOptions,
  type CallControlState,
  type CallOutcome,
  type CallRetry,
  type ControlledCallOptions,
} from './calls/call-control.js';
export type { CallProblem } from './calls/call-problem.js';
export type { CallTiming } from './calls/call-progress.js';
export type { CallClock } from './calls/clock.js';
export type { AttemptEnd } from './calls/attempt.js';
export { greatestCost, type GreatestCostOf } from './calls/greatest-cost.js';
export { greatestUsage } from './calls/greatest-usage.js';
export {
  type PaidAnswer,
  type PaidCall,
  PaidCalls,
  type PaidCallsOptions,
  type PaidOutcome,
} from './calls/paid-calls.js';
export { PriceTable } from './calls/price-table.js';
export { readTokenUsage, type TokenUsage } from './calls/token-usage.js';
export type {
  BudgetsConfig,
  CacheMode,
  CallsConfig,
  PriceConfig,
  SpendingConfig,
} from './config/benchmark-config.js';
