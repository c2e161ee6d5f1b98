import type { PriceConfig } from '../config/benchmark-config.js';

/** What is expected of the calls of one model, or of one evaluator. */
export interface CallEstimate {
  readonly kind: 'provider' | 'evaluator';
  /** Name of the provider or evaluator. */
  readonly name: string;
  /** Undefined for an evaluator that asks no model. */
  readonly model?: string;
  /** False if its calls wait for no network: they cost nothing but time. */
  readonly isPaid: boolean;
  /** Calls of the whole plan. */
  readonly planned: number;
  /** Of these, calls whose rows are there, in this run or in one whose rows it takes over. */
  readonly stored: number;
  /** Of these, calls whose answers are in the cache, or that are the same as another one of the plan. */
  readonly cached: number;
  /** Calls that are left to be made. Of an evaluator at most so many: a case without an answer is not scored. */
  readonly toMake: number;
  /** Tokens of the calls to be made; undefined for calls that are not paid for. */
  readonly tokens?: TokenEstimate;
  /** Expected cost of the calls to be made; undefined without a price, or if the length of answers is unknown. */
  readonly money?: number;
  /** The most that they can cost, which is what a budget sets aside; undefined without a price, or if nothing limits the length of answers. */
  readonly mostMoney?: number;
  readonly price?: PriceConfig;
}

/** Tokens that calls are expected to use. */
export interface TokenEstimate {
  readonly input: number;
  /** Undefined if nothing is known of answers. */
  readonly output?: number;
  /** `answers`: as answers that are there used; `limit`: as many as the configuration lets them have. */
  readonly outputFrom?: 'answers' | 'limit';
}

/** An estimate of a run. */
export interface RunEstimate {
  /** Digest of the plan. */
  readonly plan: string;
  /** Name of the run's folder. */
  readonly run: string;
  readonly records: number;
  /** Records whose rows are there already, in this run. */
  readonly storedRecords: number;
  readonly cases: number;
  /** Records that the estimate was made from; as many as are left if `isWhole`. */
  readonly sampledRecords: number;
  /** True if every record that is left was looked at, so that the counts are exact. */
  readonly isWhole: boolean;
  /** Providers by model, and then evaluators, in the order of the configuration. */
  readonly calls: readonly CallEstimate[];
  /** Over all paid calls that are left. */
  readonly total: {
    readonly toMake: number;
    readonly inputTokens: number;
    /** Undefined if those of some calls are. */
    readonly outputTokens?: number;
    /** Undefined if that of some calls is. */
    readonly money?: number;
    readonly mostMoney?: number;
  };
  /** Models that would be paid for and have no price. */
  readonly unpriced: readonly string[];
  /** Notes on what the numbers omit. */
  readonly notes: readonly string[];
}
