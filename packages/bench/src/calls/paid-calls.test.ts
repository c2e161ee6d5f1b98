import {
  type ModelServer,
  type ModelServerOptions,
  serveModels,
} from '@testbench/test-kit/model-server';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { FakeClock } from './__fixtures__/fake-clock.js';
import { Budget, type BudgetOptions } from './budget.js';
import { CallCache } from './call-cache.js';
import { CallControl, type CallControlOptions } from './call-control.js';
import { type PaidAnswer, type PaidCall, PaidCalls, type PaidOutcome } from './paid-calls.js';
import { PriceTable } from './price-table.js';
import { readTokenUsage } from './token-usage.js';

const prices = { input: 3, output: 15 };
const plugin = `sha256:${'0'.repeat(64)}`;
const usage = { promptTokens: 10, cachedTokens: 0, completionTokens: 5 };

/** A call for record `index`, whose model would answer with `words` words if allowed. */
function callOf(server: ModelServer, index: number, words = 50, maxTokens = 20): PaidCall {
  const content = `${index} ${'word '.repeat(words)}`;
  const input = {
    model: 'small',
    messages: [{ role: 'user', content }],
    max_tokens: maxTokens,
  };
  return {
    key: { plugin, config: undefined, input, epoch: 0, ask: 0 },
    model: 'small',
    ask: async (_attempt, signal) => await askServer(server, input, signal),
  };
}

/** Behaves like a provider plugin. */
async function askServer(
  server: ModelServer,
  input: object,
  signal: AbortSignal,
): Promise<PaidAnswer> {
  const response = await fetch(`${server.origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test' },
    body: JSON.stringify(input),
    signal,
  });
  if (!response.ok) {
    await response.arrayBuffer();
    const seconds = response.headers.get('retry-after');
    const retryAfterMs = seconds === null ? undefined : Number(seconds) * 1000;
    throw Object.assign(new Error('no'), { status: response.status, retryAfterMs });
  }
  const body = (await response.json().catch((error: unknown) => {
    throw Object.assign(new Error('cut off', { cause: error }), { retryable: true });
  })) as { readonly usage: unknown };
  return { answer: body, usage: readTokenUsage(body.usage) };
}

/** Real waits, but a thousand times as fast. */
const quickClock = {
  now: () => performance.now() * 1000,
  after(delayMs: number, action: () => void): () => void {
    const timer = setTimeout(action, delayMs / 1000);
    return () => clearTimeout(timer);
  },
};

interface Setting extends AsyncDisposable {
  readonly server: ModelServer;
  readonly calls: PaidCalls;
  readonly budget: Budget;
}

async function setUp(
  serving: ModelServerOptions = {},
  spending: BudgetOptions = { money: 1 },
  control: CallControlOptions = { concurrency: 64, clock: quickClock, timeoutMs: 10_000_000 },
): Promise<Setting> {
  const server = await serveModels({ prices, ...serving });
  const budget = new Budget(spending);
  const calls = new PaidCalls({
    control: new CallControl(control),
    budget,
    prices: new PriceTable({ small: prices }),
  });
  return { server, budget, calls, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const codes = (outcomes: readonly PaidOutcome[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes) {
    const code = outcome.ok ? 'ok' : String((outcome.error as { code?: unknown }).code);
    counts[code] = (counts[code] ?? 0) + 1;
  }
  return counts;
};

describe('PaidCalls', () => {
  it.each([
    { what: 'a server that answers', fault: undefined },
    {
      what: 'one that refuses, fails, cuts off and sends nonsense',
      fault: ({ number }: { readonly number: number }) =>
        [undefined, { status: 429 }, { status: 500 }, 'cut' as const, 'malformed' as const][
          number % 5
        ],
    },
  ])('let $what bill at most the budget, with 64 in flight', async ({ fault }) => {
    await using opened = await setUp(
      fault === undefined ? { latencyMs: 50 } : { latencyMs: 50, fault },
      { money: 0.25 },
    );
    const { server, calls, budget } = opened;
    const runs = Array.from({ length: 600 }, (_, index) => calls.make(callOf(server, index)));
    const outcomes = await Promise.all(runs);
    const counts = codes(outcomes);
    expect(counts['ok']).toBeGreaterThan(0);
    expect(counts['BENCH_BUDGET_SPENT']).toBeGreaterThan(0);
    expect(server.bill.money).toBeLessThanOrEqual(0.25);
    expect(server.bill.money).toBeLessThanOrEqual(budget.spent.model.money + 1e-9);
    expect(budget.spent.model.money).toBeLessThanOrEqual(0.25);
    // It is used up except for at most the greatest cost of one call.
    expect(budget.spent.model.money).toBeGreaterThan(0.25 - 0.005);
    expect(server.peak).toBeGreaterThan(16);
  });

  it('spends all of a budget of 1.00 with 64 in flight, and no more', async () => {
    // About a third of a cent each, most of it for 1,500 tokens of answer.
    await using opened = await setUp({ latencyMs: 1 }, { money: 1 });
    const { server, calls, budget } = opened;
    const runs = Array.from({ length: 200 }, (_, index) =>
      calls.make(callOf(server, index, 1500, 1500)),
    );
    const counts = codes(await Promise.all(runs));
    expect(counts['BENCH_BUDGET_SPENT']).toBeGreaterThan(100);
    expect(server.bill.money).toBeLessThanOrEqual(1);
    expect(server.bill.money).toBeGreaterThan(0.95);
    expect(budget.spent.model.money).toBeCloseTo(server.bill.money, 9);
    expect(budget.spent.model.tokens).toBe(server.bill.promptTokens + server.bill.completionTokens);
  });

  it('answers each record though 5 % of the requests are refused and 2 % fail', async () => {
    const fault: ModelServerOptions['fault'] = ({ number }) => {
      if (number % 20 === 3) return { status: 429, retryAfter: '1' };
      return number % 50 === 7 ? { status: 500 } : undefined;
    };
    const control = { clock: quickClock, timeoutMs: 10_000_000 };
    await using opened = await setUp({ fault }, {}, control);
    const { server, calls } = opened;
    const runs = Array.from({ length: 500 }, (_, index) => calls.make(callOf(server, index)));
    const outcomes = await Promise.all(runs);
    expect(codes(outcomes)).toEqual({ ok: 500 });
    expect(server.bill.answers).toBe(500);
    expect(server.refused).toBeGreaterThan(20);
    const attempts = outcomes.reduce((sum, { timing }) => sum + (timing?.attempts ?? 0), 0);
    expect(attempts).toBe(server.requests.length);
  });

  it('pays once for each answer, in two runs and among equal records', async () => {
    const folder = await temporaryFolder();
    await using server = await serveModels({ prices });
    const run = async (): Promise<PaidOutcome[]> => {
      const calls = new PaidCalls({
        control: new CallControl(),
        cache: await CallCache.open({ folder }),
        prices: new PriceTable({ small: prices }),
      });
      const runs = [0, 1, 2, 0].map((index) => calls.make(callOf(server, index)));
      return await Promise.all(runs);
    };
    const first = await run();
    expect(first.map((outcome) => outcome.ok && outcome.source)).toEqual([
      'asked',
      'asked',
      'asked',
      'shared',
    ]);
    expect(server.requests).toHaveLength(3);
    const second = await run();
    expect(second.map((outcome) => outcome.ok && outcome.source)).toEqual(
      Array.from({ length: 4 }, () => 'cached'),
    );
    expect(server.requests).toHaveLength(3);
    const callsOf = (outcomes: readonly PaidOutcome[]): unknown =>
      outcomes.map((outcome) => outcome.ok && JSON.parse(JSON.stringify(outcome.call)));
    expect(callsOf(second)).toEqual(callsOf(first));
    const billed = first
      .slice(0, 3)
      .reduce((sum, end) => sum + ((end.ok && end.call.cost) || 0), 0);
    expect(billed).toBeCloseTo(server.bill.money, 9);
  });

  it.each([
    { what: 'an error status', error: { status: 400 }, money: 0 },
    { what: 'no answer', error: {}, money: 0.01 },
  ])('charges after $what', async ({ error, money }) => {
    const budget = new Budget({ money: 1 });
    const calls = new PaidCalls({
      control: new CallControl(),
      budget,
      prices: new PriceTable({ small: { input: 0, output: 1000 } }),
    });
    const input = { prompt: 'Hi', max_tokens: 10 };
    const outcome = await calls.make({
      key: { plugin, config: undefined, input, epoch: 0, ask: 0 },
      model: 'small',
      ask: () => Promise.reject(Object.assign(new Error('no'), error)),
    });
    expect(outcome).toMatchObject({ ok: false, error, timing: { attempts: 1 } });
    expect(budget.spent.model.money).toBe(money);
  });

  it('charges an attempt that was given up, and lets go of what it had set aside', async () => {
    const clock = new FakeClock();
    const budget = new Budget({ money: 1, clock });
    const calls = new PaidCalls({
      control: new CallControl({ clock, timeoutMs: 1000, retries: 1 }),
      budget,
      prices: new PriceTable({ small: { input: 0, output: 1000 } }),
    });
    const input = { prompt: 'Hi', max_tokens: 10 };
    const key = { plugin, config: undefined, input, epoch: 0, ask: 0 };
    const made = calls.make({
      key,
      model: 'small',
      ask: (attempt) =>
        attempt === 1 ? new Promise(() => {}) : Promise.resolve({ answer: 1, usage }),
    });
    expect(await clock.until(made)).toMatchObject({ ok: true, timing: { attempts: 2 } });
    // The greatest cost of the first attempt, and the usage of the second.
    expect(budget.spent.model).toEqual({ tokens: 1024 + 4 + 10 + 15, money: 0.015 });
  });

  it.each([
    { what: 'a model without a price', model: 'large', input: { max_tokens: 5 }, says: 'no price' },
    { what: 'an answer without an end', model: 'small', input: {}, says: 'add "max_tokens"' },
  ])('refuses $what under a budget', async ({ model, input, says }) => {
    const calls = new PaidCalls({
      control: new CallControl(),
      budget: new Budget({ money: 1 }),
      prices: new PriceTable({ small: prices }),
      path: 'providers[0].models',
    });
    const key = { plugin, config: undefined, input, epoch: 0, ask: 0 };
    const outcome = await calls.make({ key, model, ask: async () => ({ answer: 1 }) });
    expect(outcome).toMatchObject({
      ok: false,
      error: {
        code: 'CONFIG_INVALID',
        path: 'providers[0].models',
        message: expect.stringContaining(says) as unknown,
      },
    });
  });

  it('says that an input cannot be a key', async () => {
    const cache = await CallCache.open({ folder: await temporaryFolder() });
    const calls = new PaidCalls({ control: new CallControl(), cache });
    const key = { plugin, config: undefined, input: { bad: 1n }, epoch: 0, ask: 0 };
    const outcome = await calls.make({ key, model: 'small', ask: async () => ({ answer: 1 }) });
    expect(outcome).toMatchObject({ ok: false, error: { code: 'CALL_INVALID_INPUT' } });
  });
});
