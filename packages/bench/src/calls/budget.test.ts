import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FakeClock } from './__fixtures__/fake-clock.js';
import { Budget, type BudgetAccount, type BudgetOptions } from './budget.js';

const cost = (money: number, tokens = 0): { readonly money: number; readonly tokens: number } => ({
  money,
  tokens,
});

describe('Budget', () => {
  it('charges what was used, or all of it where that is not known', async () => {
    const budget = new Budget({ money: 1 });
    const known = await budget.reserve('model', cost(0.4, 100));
    const unknown = await budget.reserve('model', cost(0.4, 100));
    expect(budget.spent.model).toEqual(cost(0));
    known.settle(cost(0.1, 30));
    known.settle(cost(0.1, 30));
    unknown.settle(undefined);
    expect(budget.spent.model).toEqual(cost(0.5, 130));
  });

  it('makes a call wait for what others have set aside', async () => {
    const budget = new Budget({ money: 1 });
    const first = await budget.reserve('model', cost(0.7));
    let isServed = false;
    const second = budget.reserve('model', cost(0.7)).then((reservation) => {
      isServed = true;
      return reservation;
    });
    await Promise.resolve();
    expect(isServed).toBe(false);
    first.settle(cost(0.2));
    (await second).settle(cost(0.7));
    await expect(budget.reserve('model', cost(0.2))).rejects.toMatchObject({
      code: 'BENCH_BUDGET_SPENT',
      message:
        'Cannot make a paid call: the run may use 1 in money, 0.1 is left, and the call may need 0.2; raise it in "budgets" and run again: answers that came are kept',
    });
    // A smaller one still fits.
    (await budget.reserve('model', cost(0.1))).settle(undefined);
    expect(budget.spent.model.money).toBe(1);
  });

  it('refuses those who wait once the others have spent it', async () => {
    const budget = new Budget({ money: 1 });
    const first = await budget.reserve('model', cost(0.7));
    const second = budget.reserve('model', cost(0.7));
    first.settle(cost(0.7));
    await expect(second).rejects.toMatchObject({ code: 'BENCH_BUDGET_SPENT' });
  });

  it('counts the judge apart, and both towards the limits of the run', async () => {
    const budget = new Budget({ tokens: 100, judge: { tokens: 30 } });
    (await budget.reserve('judge', cost(0, 30))).settle(undefined);
    await expect(budget.reserve('judge', cost(0, 1))).rejects.toMatchObject({
      message: expect.stringContaining('the judges may use 30 in tokens, 0 is left') as unknown,
    });
    (await budget.reserve('model', cost(0, 70))).settle(cost(0.5, 70));
    await expect(budget.reserve('model', cost(0, 1))).rejects.toMatchObject({
      message: expect.stringContaining('the run may use 100 in tokens, 0 is left') as unknown,
    });
    expect(budget.spent).toEqual({ model: cost(0.5, 70), judge: cost(0, 30) });
  });

  it('begins no call when the time of the run is over', async () => {
    const clock = new FakeClock();
    const budget = new Budget({ timeMs: 1000, clock });
    await clock.advance(999);
    (await budget.reserve('model', cost(1))).settle(undefined);
    await clock.advance(1);
    await expect(budget.reserve('model', cost(0))).rejects.toMatchObject({
      code: 'BENCH_BUDGET_SPENT',
      message:
        'Cannot make a paid call: the time of the run, 1000 ms, is over; run again, and it goes on',
    });
  });

  it('goes on from what an earlier part of the run has spent', async () => {
    const budget = new Budget({ money: 1, spent: { model: cost(0.6, 5), judge: cost(0.3, 2) } });
    expect(budget.spent).toEqual({ model: cost(0.6, 5), judge: cost(0.3, 2) });
    await expect(budget.reserve('model', cost(0.2))).rejects.toMatchObject({
      code: 'BENCH_BUDGET_SPENT',
    });
  });

  it('lets a cancelled one go and serves the next', async () => {
    const budget = new Budget({ money: 1 });
    const first = await budget.reserve('model', cost(0.5));
    const controller = new AbortController();
    const large = budget.reserve('model', cost(0.9), controller.signal);
    const small = budget.reserve('model', cost(0.4));
    controller.abort();
    await expect(large).rejects.toMatchObject({ code: 'BENCH_CANCELLED' });
    (await small).settle(undefined);
    first.settle(undefined);
    await expect(budget.reserve('model', cost(0.1), controller.signal)).rejects.toMatchObject({
      code: 'BENCH_CANCELLED',
    });
  });

  it.each([0.1, 0.29, 1 / 3, 0.000_000_15, 1e-9])('sums %d without drifting', async (price) => {
    const count = 1000;
    const budget = new Budget({ money: price * count });
    const fits = Math.floor(Math.floor(price * count * 1e9 + 1e-6) / Math.ceil(price * 1e9 - 1e-6));
    for (let index = 0; index < fits; index += 1) {
      (await budget.reserve('model', cost(price))).settle(undefined);
    }
    await expect(budget.reserve('model', cost(price))).rejects.toMatchObject({
      code: 'BENCH_BUDGET_SPENT',
    });
    expect(budget.spent.model.money).toBeLessThanOrEqual(price * count + 1e-9);
  });

  it('never lets calls spend more than there is, and lets all end', async () => {
    const account = fc.constantFrom<BudgetAccount>('model', 'judge');
    const call = fc.record({
      account,
      money: fc.integer({ min: 0, max: 300 }),
      share: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
      afterMs: fc.integer({ min: 1, max: 50 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(call, { maxLength: 60 }),
        fc.integer({ min: 0, max: 1000 }),
        fc.integer({ min: 0, max: 1000 }),
        async (calls, maxCents, judgeCents) => {
          const clock = new FakeClock();
          const budget = new Budget({
            money: maxCents / 100,
            judge: { money: judgeCents / 100 },
            clock,
          });
          const billed = { model: 0, judge: 0 };
          const runs = calls.map(async ({ account: who, money, share, afterMs }) => {
            const reservation = await budget.reserve(who, cost(money / 100));
            const used = share === null ? money : money * share;
            await new Promise<void>((resolve) => {
              clock.after(afterMs, resolve);
            });
            billed[who] += used / 100;
            reservation.settle(share === null ? undefined : cost(used / 100));
          });
          const ends = await clock.until(Promise.allSettled(runs));
          expect(ends).toHaveLength(calls.length);
          expect(billed.model + billed.judge).toBeLessThanOrEqual(maxCents / 100 + 1e-9);
          expect(billed.judge).toBeLessThanOrEqual(judgeCents / 100 + 1e-9);
        },
      ),
      { numRuns: 100 },
    );
  });

  it.each([
    { options: { money: -1 }, code: 'CONFIG_INVALID' },
    { options: { tokens: 1.5 }, code: 'CONFIG_INVALID' },
    { options: { judge: { mony: 1 } }, code: 'CONFIG_UNKNOWN_KEY' },
    { options: { spent: { model: { tokens: 1 } } }, code: 'CONFIG_INVALID' },
  ])('refuses $options', ({ options, code }) => {
    expect(() => new Budget(options as BudgetOptions)).toThrow(expect.objectContaining({ code }));
  });

  it('says what it limits', () => {
    expect(new Budget({})).toMatchObject({ limitsMoney: false, limitsTokens: false });
    expect(new Budget({ judge: { money: 1 } })).toMatchObject({ limitsMoney: true });
    expect(new Budget({ tokens: 1 })).toMatchObject({ limitsMoney: false, limitsTokens: true });
  });
});
