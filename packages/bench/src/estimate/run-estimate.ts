import type { PriceConfig } from '../config/benchmark-config.js';

/** The expected calls of one model or one evaluator. */
export interface CallEstimate {
  readonly kind: 'provider' | 'evaluator';
  /** Name of the provider or evaluator. */
  readonly name: string;
  /** Undefined for an evaluator that asks no model. */
  readonly model?: string;
  /** False if its calls do not wait for a network: they cost only time. */
  readonly isPaid: boolean;
  /** Calls of the whole plan. */
  readonly planned: number;
  /** Of these, calls whose rows exist, in this run or in one whose rows it takes over. */
  readonly stored: number;
  /** Of these, calls whose answers are in the cache, or that are identical to another call of the plan. */
  readonly cached: number;
  /** Calls still to be made. For an evaluator this is an upper limit: a case without an answer is not scored. */
  readonly toMake: number;
  /** Tokens of the calls to be made; undefined for calls that are not paid for. */
  readonly tokens?: TokenEstimate;
  /** Expected cost of the calls to be made; undefined without a price, or if the length of the answers is unknown. */
  readonly money?: number;
  /** The most that they can cost, which is the amount that a budget sets aside; undefined without a price, or if nothing limits the length of the answers. */
  readonly mostMoney?: number;
  readonly price?: PriceConfig;
}

/** Tokens that calls are expected to use. */
export interface TokenEstimate {
  readonly input: number;
  /** Undefined if nothing is known about the answers. */
  readonly output?: number;
  /** `answers`: based on the usage of existing answers; `limit`: as many as the configuration allows. */
  readonly outputFrom?: 'answers' | 'limit';
}

/** An estimate of a run. */
export interface RunEstimate {
  /** Digest of the plan. */
  readonly plan: string;
  /** Name of the run's folder. */
  readonly run: string;
  readonly records: number;
  /** Records whose rows already exist in this run. */
  readonly storedRecords: number;
  readonly cases: number;
  /** Records that the estimate was made from; all remaining ones if `isWhole`. */
  readonly sampledRecords: number;
  /** True if every remaining record was examined, so that the counts are exact. */
  readonly isWhole: boolean;
  /** Providers by model, and then evaluators, in the order of the configuration. */
  readonly calls: readonly CallEstimate[];
  /** Over all remaining paid calls. */
  readonly total: {
    readonly toMake: number;
    readonly inputTokens: number;
    /** Undefined if those of some calls are undefined. */
    readonly outputTokens?: number;
    /** Undefined if that of some calls is undefined. */
    readonly money?: number;
    readonly mostMoney?: number;
  };
  /** Models that would be paid for but have no price. */
  readonly unpriced: readonly string[];
  /** Notes on what the numbers omit. */
  readonly notes: readonly string[];
}
