import { ConfigNode, type OptionReaders, readOptions } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import type { PriceConfig } from '../config/benchmark-config.js';
import type { TokenUsage } from './token-usage.js';

/** The most expensive model on the market costs 600 for a million tokens; a price above this limit was probably meant to be per token. */
const MAX_PRICE = 1_000_000;
const TOKENS_PER_PRICE = 1_000_000;

const PRICE: OptionReaders<PriceConfig> = {
  input: (node) => node.number(0, MAX_PRICE),
  output: (node) => node.number(0, MAX_PRICE),
  cachedInput: (node) => node.number(0, MAX_PRICE),
};

/**
 * The prices of models. They come only from the configuration: prices change, and any built-in list would soon be wrong.
 *
 * @example
 * ```ts
 * import { PriceTable } from '@testbench/bench/calls';
 *
 * const prices = new PriceTable({ small: { input: 0.15, output: 0.6 } });
 * const usage = { promptTokens: 1000, cachedTokens: 0, completionTokens: 500 };
 * prices.costOf('small', usage); // => 0.00045
 * prices.costOf('large', usage); // => undefined
 * ```
 */
export class PriceTable {
  readonly #prices: ReadonlyMap<string, PriceConfig>;
  readonly #path: string;

  /**
   * @param path The path of the prices, for errors. @default 'prices'
   * @throws {ConfigError} `CONFIG_UNKNOWN_KEY` or `CONFIG_INVALID`.
   */
  constructor(prices: Readonly<Record<string, PriceConfig>>, path = 'prices') {
    this.#path = path;
    this.#prices = new Map(
      Object.entries(new ConfigNode(prices, path).object()).map(([model, price]) => [
        model,
        readOptions<PriceConfig>(price, PRICE, `${path}.${model}`, ['input', 'output']),
      ]),
    );
  }

  /** The price of a model; undefined if there is none. */
  priceOf(model: string): PriceConfig | undefined {
    return this.#prices.get(model);
  }

  /**
   * The price of a model that must have one, checked before a run with a budget begins.
   *
   * @param modelPath The model's path in the configuration, for the error.
   * @throws {ConfigError} `CONFIG_INVALID`: the message names the key to add.
   */
  requirePrice(model: string, modelPath: string): PriceConfig {
    const price = this.priceOf(model);
    if (price !== undefined) return price;
    throw new ConfigError(
      'CONFIG_INVALID',
      modelPath,
      `Cannot keep to a budget in money: ${JSON.stringify(model)} has no price; add it under "${this.#path}", or take the budget away`,
    );
  }

  /** What a call of a model costs; undefined if the model has no price. */
  costOf(model: string, usage: TokenUsage): number | undefined {
    const price = this.priceOf(model);
    if (price === undefined) return undefined;
    const { promptTokens, cachedTokens, completionTokens } = usage;
    const { input, output, cachedInput = input } = price;
    const sum =
      (promptTokens - cachedTokens) * input +
      cachedTokens * cachedInput +
      completionTokens * output;
    return sum / TOKENS_PER_PRICE;
  }

  /** The most that a call can cost for this many tokens, whatever the server has cached; undefined if the model has no price. */
  greatestCostOf(model: string, usage: TokenUsage): number | undefined {
    const price = this.priceOf(model);
    if (price === undefined) return undefined;
    const { input, output, cachedInput = input } = price;
    const { promptTokens, completionTokens } = usage;
    const sum = promptTokens * Math.max(input, cachedInput) + completionTokens * output;
    return sum / TOKENS_PER_PRICE;
  }
}
