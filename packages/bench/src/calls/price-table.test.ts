import { describe, expect, it } from 'vitest';

import type { PriceConfig } from '../config/benchmark-config.js';
import { PriceTable } from './price-table.js';

const prices = new PriceTable({
  small: { input: 0.15, output: 0.6, cachedInput: 0.075 },
  plain: { input: 3, output: 15 },
  odd: { input: 1, output: 1, cachedInput: 2 },
});

describe('PriceTable', () => {
  it.each([
    { model: 'small', usage: [1_000_000, 0, 0], cost: 0.15 },
    { model: 'small', usage: [1_000_000, 1_000_000, 0], cost: 0.075 },
    { model: 'small', usage: [0, 0, 1_000_000], cost: 0.6 },
    {
      model: 'small',
      usage: [2000, 1000, 100],
      cost: (1000 * 0.15 + 1000 * 0.075 + 100 * 0.6) / 1e6,
    },
    { model: 'plain', usage: [1000, 1000, 10], cost: (1000 * 3 + 10 * 15) / 1e6 },
    { model: 'none', usage: [1000, 0, 0], cost: undefined },
  ])('prices $usage of $model', ({ model, usage, cost }) => {
    const [promptTokens = 0, cachedTokens = 0, completionTokens = 0] = usage;
    expect(prices.costOf(model, { promptTokens, cachedTokens, completionTokens })).toBe(cost);
  });

  it('takes the dearer price of the prompt for the most that a call can cost', () => {
    const usage = { promptTokens: 1_000_000, cachedTokens: 0, completionTokens: 0 };
    expect(prices.greatestCostOf('small', usage)).toBe(0.15);
    expect(prices.greatestCostOf('odd', usage)).toBe(2);
    expect(prices.greatestCostOf('none', usage)).toBeUndefined();
  });

  it('refuses a model without a price, naming its place and the key to add', () => {
    expect(prices.requirePrice('plain', 'providers[0].models[0]')).toMatchObject({ input: 3 });
    expect(() => prices.requirePrice('toString', 'providers[0].models[1]')).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        path: 'providers[0].models[1]',
        message:
          'Cannot keep to a budget in money: "toString" has no price; add it under "prices", or take the budget away',
      }),
    );
  });

  it.each([
    { given: { small: { input: 1 } }, path: 'prices.small.output', code: 'CONFIG_INVALID' },
    {
      given: { small: { input: -1, output: 1 } },
      path: 'prices.small.input',
      code: 'CONFIG_INVALID',
    },
    {
      given: { small: { input: 1, output: 1, cached: 1 } },
      path: 'prices.small.cached',
      code: 'CONFIG_UNKNOWN_KEY',
    },
    { given: [], path: 'prices', code: 'CONFIG_INVALID' },
  ])('refuses $given', ({ given, path, code }) => {
    expect(() => new PriceTable(given as unknown as Record<string, PriceConfig>)).toThrow(
      expect.objectContaining({ code, path }),
    );
  });
});
