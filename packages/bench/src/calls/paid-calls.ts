import { type OptionReaders, readOptions } from '@testbench/types/config';

import type { AttemptEnd } from './attempt.js';
import { Budget, type BudgetAccount, type Spending } from './budget.js';
import type { CallGate } from './call-gate.js';
import type { CallCache, FoundCall } from './call-cache.js';
import {
  type AfterAttempt,
  type CallControl,
  type CallOutcome,
  type CallRetry,
} from './call-control.js';
import { callKey, type CallKeyParts } from './call-key.js';
import { readCallProblem } from './call-problem.js';
import type { CallTiming } from './call-progress.js';
import type { CachedCall } from './cached-call.js';
import { greatestCost } from './greatest-cost.js';
import { PriceTable } from './price-table.js';
import type { TokenUsage } from './token-usage.js';

/** The parts that the paid calls of a stage pass through. */
export interface PaidCallsOptions {
  readonly control: CallControl;
  /** Shared by all stages. @default nothing is kept */
  readonly cache?: CallCache;
  /** Shared by all stages. @default no limit, and spending is not counted */
  readonly budget?: Budget;
  /** @default none: nothing has a cost */
  readonly prices?: PriceTable;
  /** Who spends. @default 'model' */
  readonly account?: BudgetAccount;
  /** Limits that other processes share; checked after the budget has agreed. @default none */
  readonly gate?: CallGate;
  /** The path of the models in the configuration, for errors. @default 'models' */
  readonly path?: string;
}

/** One paid call. */
export interface PaidCall {
  /** What decides its answer. */
  readonly key: CallKeyParts;
  /** The model's name in the prices. */
  readonly model: string;
  /** The model's input, in the wire's names, to compute the most that it can cost. @default the input of the key */
  readonly request?: Readonly<Record<string, unknown>>;
  /** The most tokens of an answer, if the request does not say. @default unknown */
  readonly maxAnswerTokens?: number;
  /** Used instead of what the request says: the most tokens that it can use. */
  readonly greatest?: TokenUsage;
  /** True to ignore a kept answer and replace it with the new one. @default false */
  readonly fresh?: boolean;
  /** Makes one attempt, counted from 1, that can cost at most the given amount. */
  readonly ask: (attempt: number, signal: AbortSignal, most: Spending) => Promise<PaidAnswer>;
  /** Called with what each attempt is charged. */
  readonly onSpent?: (spent: Spending) => void;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: (retry: CallRetry) => void;
}

/** What an attempt returned. */
export interface PaidAnswer {
  /** Any JSON. */
  readonly answer: unknown;
  /** If unknown, the most is charged. */
  readonly usage?: TokenUsage | undefined;
  readonly finishReason?: string | undefined;
  readonly fuelUsed?: number | undefined;
  readonly metrics?: Readonly<Record<string, number>> | undefined;
  /** Time until the first piece of a streamed answer, in milliseconds. */
  readonly firstTokenMs?: number | undefined;
}

/** How a paid call ended. `timing` belongs to this run: a kept answer has none, and its original latency is in `call`. */
export type PaidOutcome =
  | {
      readonly ok: true;
      readonly call: CachedCall;
      readonly source: FoundCall['source'];
      readonly timing?: CallTiming;
    }
  | { readonly ok: false; readonly error: unknown; readonly timing?: CallTiming };

const OPTIONS: OptionReaders<PaidCallsOptions> = {
  control: (node) => node.implementation<CallControl>('run'),
  cache: (node) => node.implementation<CallCache>('answer'),
  budget: (node) => node.implementation<Budget>('reserve'),
  prices: (node) => node.implementation<PriceTable>('costOf', 'greatestCostOf', 'requirePrice'),
  account: (node) => node.oneOf(['model', 'judge']),
  gate: (node) => node.implementation<CallGate>('admit'),
  path: (node) => node.text(),
};

const NOTHING: Spending = { tokens: 0, money: 0 };
const FIRST_ERROR_STATUS = 400;

/** Carries the timing of a failure through the cache. */
class FailedCall extends Error {
  override readonly name = 'FailedCall';

  constructor(readonly outcome: { readonly error: unknown; readonly timing: CallTiming }) {
    super('the call failed');
  }
}

/**
 * Makes the paid calls of a stage: takes the answer from the cache if it is there; otherwise makes the call within the budget, as its control allows, and caches it.
 *
 * An attempt that the server answered with an error status costs nothing. One that had no answer, was cut off or does not report its usage
 * is charged at its greatest cost, since the server may have billed it.
 *
 * @example
 * ```ts
 * import { Budget, CallControl, PaidCalls, PriceTable } from '@testbench/bench/calls';
 *
 * const calls = new PaidCalls({
 *   control: new CallControl({ concurrency: 64 }),
 *   budget: new Budget({ money: 1 }),
 *   prices: new PriceTable({ small: { input: 0.15, output: 0.6 } }),
 * });
 * const plugin = `sha256:${'0'.repeat(64)}`;
 * const input = { model: 'small', prompt: 'Capital of France?', max_tokens: 5 };
 * const outcome = await calls.make({
 *   key: { plugin, config: undefined, input, epoch: 0, ask: 0 },
 *   model: 'small',
 *   ask: async () => ({
 *     answer: { text: 'Paris' },
 *     usage: { promptTokens: 9, cachedTokens: 0, completionTokens: 1 },
 *   }),
 * });
 * outcome.ok && outcome.call.answer; // => { text: 'Paris' }
 * outcome.ok && outcome.call.cost?.toFixed(8); // => '0.00000195'
 * ```
 */
export class PaidCalls {
  readonly #control: CallControl;
  readonly #cache: CallCache | undefined;
  readonly #budget: Budget;
  readonly #prices: PriceTable;
  readonly #account: BudgetAccount;
  readonly #gate: CallGate | undefined;
  readonly #path: string;

  /** @throws {ConfigError} For an unknown key or a wrong value among the options. */
  constructor(given: PaidCallsOptions) {
    const options = readOptions<PaidCallsOptions>(given, OPTIONS, '', ['control']);
    this.#control = options.control;
    this.#cache = options.cache;
    this.#budget = options.budget ?? new Budget();
    this.#prices = options.prices ?? new PriceTable({});
    this.#account = options.account ?? 'model';
    this.#gate = options.gate;
    this.#path = options.path ?? 'models';
  }

  /**
   * Makes one call.
   *
   * @returns Never rejects. The error of a failure is that of `CallControl.run`, or `BENCH_BUDGET_SPENT`, or `CALL_INVALID_INPUT` if the input
   *   has no JSON form, or `CONFIG_INVALID` if its cost cannot be known in advance and a budget needs it.
   */
  async make(call: PaidCall): Promise<PaidOutcome> {
    let timing: CallTiming | undefined;
    const ask = async (): Promise<CachedCall> => {
      const outcome = await this.#pay(call);
      if (!outcome.ok) throw new FailedCall(outcome);
      ({ timing } = outcome);
      return this.#keepable(call.model, outcome.value, outcome.timing);
    };
    try {
      const key = this.#cache === undefined ? undefined : callKey(call.key);
      const found =
        key === undefined
          ? ({ call: await ask(), source: 'asked' } as const)
          : await (call.fresh === true ? this.#renew(key, ask) : this.#cache!.answer(key, ask));
      return { ok: true, ...found, ...(timing === undefined ? {} : { timing }) };
    } catch (error) {
      return error instanceof FailedCall
        ? { ok: false, error: error.outcome.error, timing: error.outcome.timing }
        : { ok: false, error };
    }
  }

  async #renew(key: string, ask: () => Promise<CachedCall>): Promise<FoundCall> {
    const call = await ask();
    await this.#cache?.write(key, call);
    return { call, source: 'asked' };
  }

  async #pay(call: PaidCall): Promise<CallOutcome<PaidAnswer>> {
    const { model, maxAnswerTokens, greatest } = call;
    const input = call.request ?? (Object(call.key.input) as Readonly<Record<string, unknown>>);
    const most = greatestCost(
      this.#budget,
      this.#prices,
      { model, input, maxAnswerTokens, greatest },
      this.#path,
    );
    return await this.#control.run((attempt, signal) => call.ask(attempt, signal, most), {
      signal: call.signal,
      tokens: most.tokens,
      usedTokens: ({ usage }) => (usage === undefined ? undefined : tokensOf(usage)),
      beforeAttempt: async (_attempt, signal) =>
        await this.#reserve(model, most, signal, call.onSpent),
      ...(call.onRetry === undefined ? {} : { onRetry: call.onRetry }),
    });
  }

  async #reserve(
    model: string,
    most: Spending,
    signal: AbortSignal | undefined,
    onSpent: PaidCall['onSpent'],
  ): Promise<AfterAttempt<PaidAnswer>> {
    const reservation = await this.#budget.reserve(this.#account, most, signal);
    const settle = await this.#admit(most, signal).catch((error: unknown) => {
      reservation.settle(NOTHING);
      throw error;
    });
    return (end) => {
      const used = end === undefined ? NOTHING : this.#used(model, end);
      onSpent?.(used ?? most);
      reservation.settle(used);
      settle?.(used);
    };
  }

  async #admit(
    most: Spending,
    signal: AbortSignal | undefined,
  ): Promise<((used: Spending | undefined) => void) | undefined> {
    return await this.#gate?.admit({ path: this.#path, account: this.#account, most }, signal);
  }

  /** What an attempt used; undefined if unknown. */
  #used(model: string, end: AttemptEnd<PaidAnswer>): Spending | undefined {
    if (!end.ok) {
      const { status = 0 } = readCallProblem(end.error);
      return status >= FIRST_ERROR_STATUS ? NOTHING : undefined;
    }
    const { usage } = end.value;
    if (usage === undefined) return undefined;
    return { tokens: tokensOf(usage), money: this.#prices.costOf(model, usage) ?? 0 };
  }

  #keepable(model: string, value: PaidAnswer, timing: CallTiming): CachedCall {
    const { answer, usage, finishReason, fuelUsed, metrics, firstTokenMs } = value;
    const cost = usage === undefined ? undefined : this.#prices.costOf(model, usage);
    const { queueMs, durationMs } = timing;
    return {
      answer,
      finishReason,
      usage,
      cost,
      fuelUsed,
      metrics,
      latency: { queueMs, firstTokenMs, durationMs },
      answeredAt: Date.now(),
    };
  }
}

function tokensOf({ promptTokens, completionTokens }: TokenUsage): number {
  return promptTokens + completionTokens;
}
