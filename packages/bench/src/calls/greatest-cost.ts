import { ConfigError } from '@testbench/types/errors';

import type { Budget, Spending } from './budget.js';
import { greatestUsage } from './greatest-usage.js';
import type { PriceTable } from './price-table.js';
import type { TokenUsage } from './token-usage.js';

/** The parts of the greatest cost of a call. */
export interface GreatestCostOf {
  /** The model's name in calls. */
  readonly model: string;
  /** The input, in the wire's names. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The most tokens of an answer, if the input does not say. @default unknown */
  readonly maxAnswerTokens?: number | undefined;
  /** Used instead of what the input says, if the caller knows better. */
  readonly greatest?: TokenUsage | undefined;
}

/**
 * The most that a call can cost, for a budget.
 *
 * Before a run begins, this is computed for every model with its parameters, so that a model without a price, or without a limit on its answers,
 * is refused before anything is paid.
 *
 * @param path The model's path in the configuration, for errors.
 * @returns Zero for values that are unknown and that the budget does not limit.
 * @throws {ConfigError} `CONFIG_INVALID` if the budget limits money and the model has no price, or if it limits anything and nothing limits how long
 *   an answer may be.
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
