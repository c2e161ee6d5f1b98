import { ConfigError } from '@testbench/types/errors';

import type { Budget, Spending } from './budget.js';
import { greatestUsage } from './greatest-usage.js';
import type { PriceTable } from './price-table.js';
import type { TokenUsage } from './token-usage.js';

/** What the most that a call can cost is made of. */
export interface GreatestCostOf {
  /** As calls name it. */
  readonly model: string;
  /** The input, in the wire's names. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Where the input does not say: the most tokens of an answer. @default unknown */
  readonly maxAnswerTokens?: number | undefined;
  /** In place of what the input says, where the caller knows better. */
  readonly greatest?: TokenUsage | undefined;
}

/**
 * The most that a call can cost, for a budget.
 *
 * Before a run begins it is asked for every model with its parameters, so that a model without a price, or without an end to its answers,
 * is refused before anything is paid for.
 *
 * @param path Where the model stands in the configuration, for errors.
 * @returns Zero for what the budget does not limit and is unknown.
 * @throws {ConfigError} `CONFIG_INVALID` if the budget limits money and the model has no price, or limits anything and nothing limits how long
 *   an answer may become.
 */
export function greatestCost(
  budget: Budget,
  prices: PriceTable,
  { model, input, maxAnswerTokens, greatest }: GreatestCostOf,
  path: string,
): Spending {
  if (budget.limitsMoney) prices.requirePrice(model, path);
  const usage = greatest ?? greatestUsage(input, maxAnswerTokens);
  if (usage !== undefined) {
    const tokens = usage.promptTokens + usage.completionTokens;
    return { tokens, money: prices.greatestCostOf(model, usage) ?? 0 };
  }
  if (!budget.limitsMoney && !budget.limitsTokens) return { tokens: 0, money: 0 };
  throw new ConfigError(
    'CONFIG_INVALID',
    path,
    `Cannot keep to a budget: the length of an answer of ${JSON.stringify(model)} has no limit; add "max_tokens" to its parameters, or remove the budget`,
  );
}
