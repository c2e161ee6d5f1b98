import type { AskedRound } from '@testbench/core';
import type { Ask, AskAnswer } from '@testbench/types/asking';
import { describe, expect, it } from 'vitest';

import { temporaryFolder } from '../../__fixtures__/temporary-folder.js';
import { Budget, type BudgetOptions } from '../../calls/budget.js';
import { CallCache } from '../../calls/call-cache.js';
import { CallControl } from '../../calls/call-control.js';
import { PaidCalls } from '../../calls/paid-calls.js';
import { PriceTable } from '../../calls/price-table.js';
import { AnswerRounds, type CompletingProvider } from './answer-rounds.js';
import { AskTrail } from './ask-trail.js';

const plugin = `sha256:${'1'.repeat(64)}`;
const headers = { 'content-type': 'application/json' };
const body = JSON.stringify({ usage: { prompt_tokens: 10, completion_tokens: 5 } });
const good: AskAnswer = { status: 200, url: 'u', headers, body };

interface Setting {
  readonly cache?: CallCache;
  readonly budget?: BudgetOptions;
  /** The host's answer to each ask. @default good answers */
  readonly answer?: (ask: Ask, number: number) => AskAnswer | Promise<AskAnswer>;
  readonly providers?: Readonly<Record<string, CompletingProvider>>;
}

/** The rounds of one call, and the asks that reached the host. */
function open({ cache, budget = {}, answer = () => good, providers }: Setting = {}) {
  const asked: Ask[] = [];
  const trail = new AskTrail();
  const calls = new PaidCalls({
    control: new CallControl({ concurrency: 4, retries: 2 }),
    budget: new Budget(budget),
    prices: new PriceTable({ small: { input: 1, output: 1 } }),
    ...(cache === undefined ? {} : { cache }),
  });
  const rounds = new AnswerRounds({
    calls,
    cache,
    key: { plugin, config: {}, input: { prompt: 'x' }, epoch: 0 },
    cost: { model: undefined, fallbackModel: 'small', maxAnswerTokens: 20, request: {} },
    signal: new AbortController().signal,
    trail,
    note: () => ({ begin: () => {}, spend: () => {}, end: () => {} }),
    measure: (outcome) => ({
      attempts: outcome.timing?.attempts ?? 0,
      cached: outcome.timing === undefined,
    }),
    complete: (name) => providers?.[name],
  });
  const ask = async (one: Ask): Promise<AskAnswer> => {
    asked.push(one);
    return await answer(one, asked.length);
  };
  return { asked, trail, run: (round: AskedRound) => rounds.answer(round, ask) };
}

/** A round as a judge makes it: the mark differs each time. */
const marked = (mark: string, count = 3): AskedRound => ({
  round: 1,
  firstAsk: 0,
  asks: Array.from({ length: count }, (_, n) => ({
    method: 'POST',
    url: `http://a.test/${n}`,
    body: JSON.stringify({ model: 'small', max_tokens: 9, prompt: `${mark} ${n}` }),
  })),
  continue: { mark },
});

const openCache = async (): Promise<CallCache> =>
  await CallCache.open({ folder: await temporaryFolder() });

describe('AnswerRounds', () => {
  it('asks once, and gives the answers with the state that they belong to ever after', async () => {
    const cache = await openCache();
    const first = open({ cache });
    expect(await first.run(marked('one'))).toEqual({
      answers: [good, good, good],
      continue: { mark: 'one' },
    });
    expect(first.asked).toHaveLength(3);
    const second = open({ cache });
    expect(await second.run(marked('two'))).toEqual({
      answers: [good, good, good],
      continue: { mark: 'one' },
    });
    expect(second.asked).toEqual([]);
    expect(second.trail.measured).toMatchObject({ cached: true, attempts: 0 });
    expect(second.trail.usage).toEqual({ promptTokens: 30, cachedTokens: 0, completionTokens: 15 });
  });

  it('asks only for what was not answered, in the words of the round that was', async () => {
    const cache = await openCache();
    const failing: AskAnswer = { status: 400, url: 'u', headers, body: '{}' };
    const broken = open({
      cache,
      answer: (ask) => ('url' in ask && ask.url.endsWith('1') ? failing : good),
    });
    expect((await broken.run(marked('one'))).answers).toEqual([good, failing, good]);
    const again = open({ cache });
    const { continue: state } = await again.run(marked('two'));
    expect(state).toEqual({ mark: 'one' });
    expect(again.asked).toEqual([marked('one').asks[1]]);
  });

  it('numbers the asks of later rounds on', async () => {
    const cache = await openCache();
    await open({ cache }).run(marked('one', 1));
    const later = open({ cache });
    await later.run({ ...marked('one', 1), round: 2, firstAsk: 1 });
    expect(later.asked).toHaveLength(1);
  });

  it('makes an ask again that may go well, and gives the plugin the last failure', async () => {
    const busy: AskAnswer = { status: 503, url: 'u', headers: { 'retry-after-ms': '1' }, body: '' };
    const setting = open({ answer: (_ask, number) => (number < 3 ? busy : good) });
    expect((await setting.run(marked('a', 1))).answers).toEqual([good]);
    expect(setting.trail.measured.attempts).toBe(3);
    const hopeless = open({ answer: () => busy });
    expect((await hopeless.run(marked('a', 1))).answers).toEqual([busy]);
    expect(hopeless.asked).toHaveLength(3);
    const refused: AskAnswer = { error: { code: -3, message: 'no' } };
    const denied = open({ answer: () => refused });
    expect((await denied.run(marked('a', 1))).answers).toEqual([refused]);
    expect(denied.asked).toHaveLength(1);
  });

  it('does not keep half an answer', async () => {
    const cache = await openCache();
    const half: AskAnswer = { status: 200, url: 'u', headers, body: '{"usage":' };
    expect((await open({ cache, answer: () => half }).run(marked('a', 1))).answers).toEqual([half]);
    const again = open({ cache });
    await again.run(marked('a', 1));
    expect(again.asked).toHaveLength(1);
  });

  it('reserves the most that each ask can cost, and ends the call when there is too little', async () => {
    const setting = open({ budget: { tokens: 2 * 1200 } });
    // Each may use its bytes plus 1,024 tokens plus 9; 15 are used.
    await setting.run(marked('a', 2));
    const poor = open({ budget: { tokens: 1000 } });
    await expect(poor.run(marked('a', 1))).rejects.toMatchObject({ code: 'BENCH_BUDGET_SPENT' });
    expect(poor.asked).toEqual([]);
    expect(poor.trail.failure?.error).toMatchObject({ code: 'BENCH_BUDGET_SPENT' });
  });

  it('asks a provider by its name, and the host for all others', async () => {
    const cache = await openCache();
    const output = { text: 'yes', model: 'm', usage: { prompt_tokens: 1, completion_tokens: 2 } };
    let completions = 0;
    const providers = {
      second: {
        calls: new PaidCalls({ control: new CallControl(), cache }),
        complete: async () => {
          completions += 1;
          return await Promise.resolve(output);
        },
      },
    };
    const missing: AskAnswer = { error: { code: -3, message: 'it is not permitted' } };
    const round = {
      ...marked('a'),
      asks: ['second', 'none'].map((provider) => ({ provider, complete: { model: 'm' } })),
    };
    const setting = open({ cache, providers, answer: () => missing });
    expect((await setting.run(round)).answers).toEqual([{ output }, missing]);
    expect(setting.trail.usage).toMatchObject({ promptTokens: 1, completionTokens: 2 });
    await open({ cache, providers, answer: () => missing }).run(round);
    expect(completions).toBe(1);
  });
});
