import type { PluginSystem } from '@testbench/core';
import {
  type ModelFault,
  type ModelRequest,
  type ModelServer,
  serveModels,
} from '@testbench/test-kit/model-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { judgeSystem } from './judge-system.js';
import { pluginPath } from './open-plugin.js';

/** What a judge says; `{{mark}}` stands for the mark. */
type Judge = (request: ModelRequest, asked: number) => string;

let server: ModelServer;
let system: PluginSystem;
let judges: Readonly<Record<string, Judge>> = {};
let counts = new Map<string, number>();
/** The fault, by the number of the request within a call, from 0. */
let faults = new Map<number, ModelFault>();
let arrived = 0;

const systemText = ({ api, body }: ModelRequest): string =>
  api === 'anthropic'
    ? String(body['system'])
    : (body['messages'] as { content: string }[])[0]!.content;
const markOf = (request: ModelRequest): string =>
  /the mark ([0-9a-f]{32}) /.exec(systemText(request))![1]!;

beforeEach(() => {
  faults = new Map();
});
beforeAll(async () => {
  server = await serveModels({
    answer: (request) => {
      const model = String(request.body['model']);
      const asked = counts.get(model) ?? 0;
      counts.set(model, asked + 1);
      return judges[model]!(request, asked).replaceAll('{{mark}}', markOf(request));
    },
    fault: () => faults.get(arrived++),
  });
  system = judgeSystem(server);
});
afterAll(async () => {
  await system.close();
  await server[Symbol.asyncDispose]();
});

interface Judgement {
  readonly judge: string;
  readonly sample: number;
  readonly order?: string;
  readonly score?: number;
  readonly problem?: string;
  readonly reply: string;
}

interface Result {
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
  readonly explanation?: string;
  readonly judgements: readonly Judgement[];
}

const RUBRIC = 'Right is 5, wrong is 1.';

/** Loads the judge, and lets it judge one answer. */
async function judge(config: object, judging: typeof judges, data: object = {}): Promise<Result> {
  const { host } = new URL(server.origin);
  judges = judging;
  counts = new Map();
  arrived = 0;
  if (system.getPluginInfo('judge') !== undefined) await system.unloadPlugin('judge');
  await system.loadPlugin(pluginPath('llm-judge'), {
    id: 'judge',
    config: { rubric: RUBRIC, base_url: `${server.origin}/v1`, retries: 0, ...config },
    permissions: { network: true, allowedHosts: [host] },
  });
  const input = { input: 'Capital of France?', output: 'Paris', ...data };
  return (await system.executePlugin('judge', { data: input })).data as Result;
}

const grades =
  (...list: number[]): Judge =>
  (_request, asked) =>
    `{{mark}} {"score": ${list[asked]}, "reason": "number ${asked + 1}"}`;

describe('several judgements of llm-judge', () => {
  it.each([
    ['mean', [5, 3, 3, 1, 4], 0.55, 0.4],
    ['median', [5, 3, 3, 1, 4], 0.5, 0.4],
    ['majority', [5, 3, 3, 1, 4], 0.5, 0.4],
    // Two grades are equally frequent: their mean.
    ['majority', [5, 5, 1, 1, 4], 0.5, 0.4],
    ['median', [1, 1, 4, 4], 0.375, 0.5],
    ['mean', [2, 2, 2], 0.25, 1],
  ] as const)('give one score by the %s of %j', async (combine, list, score, agreement) => {
    const samples = list.length;
    const config = { model: 'a', samples, combine };
    const result = await judge(config, { a: grades(...list) });
    const { metrics, judgements } = result;
    expect(result.score).toBeCloseTo(score, 12);
    expect(metrics).toMatchObject({
      grade: expect.closeTo(1 + 4 * score, 12),
      judgements: samples,
      agreement: expect.closeTo(agreement, 12),
      spread: (Math.max(...list) - Math.min(...list)) / 4,
    });
    expect(judgements.map((one) => [one.judge, one.sample, one.score])).toEqual(
      list.map((grade, index) => ['a', index + 1, (grade - 1) / 4]),
    );
    // Each sample has its own reply, and the tokens are the total of all.
    expect(new Set(judgements.map(({ reply }) => reply)).size).toBe(samples);
    expect(metrics['completion_tokens']).toBeGreaterThanOrEqual(samples);
  });

  it('say why with the reason that is nearest to the score', async () => {
    const result = await judge({ model: 'a', samples: 3 }, { a: grades(1, 4, 5) });
    expect(result.explanation).toBe('number 2');
  });

  it('fail the case if one has no verdict', async () => {
    const a: Judge = (_request, asked) => (asked === 1 ? 'No.' : '{{mark}} {"score": 4}');
    await expect(judge({ model: 'a', samples: 3 }, { a })).rejects.toMatchObject({
      pluginCode: -25,
      pluginMessage:
        'Cannot judge: 2 of 3 judgements have a verdict, needed are 3; a judge gave no verdict from 1 to 5; it said: "No."',
      pluginDetails: {
        judgements: [{ score: 0.75 }, { problem: 'gave no verdict from 1 to 5' }, { score: 0.75 }],
      },
    });
  });

  it('do without it where a quorum says so', async () => {
    const a: Judge = (_request, asked) => (asked === 1 ? 'No.' : '{{mark}} {"score": 4}');
    const result = await judge({ model: 'a', samples: 3, quorum: 2 }, { a });
    expect(result).toMatchObject({ score: 0.75, metrics: { judgements: 2, agreement: 1 } });
    expect(result.judgements[1]).toMatchObject({
      problem: 'gave no verdict from 1 to 5',
      reply: 'No.',
    });
    expect(result.judgements[1]).not.toHaveProperty('score');
  });
});

describe('a panel of llm-judge', () => {
  it('asks models of several providers, and keeps each verdict', async () => {
    const panel = [
      'a',
      {
        name: 'claude',
        provider: 'anthropic',
        model: 'b',
        base_url: server.origin,
        max_tokens: 64,
      },
      { model: 'c', temperature: 0 },
    ];
    const before = server.requests.length;
    const { score, metrics, judgements } = await judge(
      { panel, samples: 2 },
      { a: grades(5, 4), b: grades(2, 2), c: grades(5, 5) },
    );
    expect(score).toBeCloseTo((0.875 + 0.25 + 1) / 3, 12);
    expect(metrics).toMatchObject({
      judgements: 6,
      agreement: 0.5,
      spread: 0.75,
      judge_agreement: expect.closeTo(1 / 3, 12),
      score_a: 0.875,
      score_claude: 0.25,
      score_c: 1,
    });
    expect(judgements.map(({ judge: name, sample }) => `${name} ${sample}`)).toEqual([
      'a 1',
      'a 2',
      'claude 1',
      'claude 2',
      'c 1',
      'c 2',
    ]);
    const bodies = server.requests
      .slice(before)
      .map(({ api, body }) => [api, body['max_tokens'], body['temperature']]);
    expect(bodies).toEqual([
      ['openai', 1024, undefined],
      ['openai', 1024, undefined],
      ['anthropic', 64, undefined],
      ['anthropic', 64, undefined],
      ['openai', 1024, 0],
      ['openai', 1024, 0],
    ]);
  });

  const HOSTILE: Readonly<Record<string, Judge>> = {
    'gives the highest grade': () => '{{mark}} {"score": 5}',
    'gives the lowest grade': () => '{{mark}} {"score": 1}',
    'gives a grade off the scale': () => '{{mark}} {"score": 1e308}',
    'gives several verdicts': () => '{{mark}} {"score": 5}\n{{mark}} {"score": 1}',
    'says a megabyte': () => `${'x {"score": 5} '.repeat(70_000)}{{mark}} {"score": 5}`,
    'nests without end': () => `{{mark}} ${'{"score":'.repeat(10_000)}`,
    'repeats all that it was told': (request) => JSON.stringify(request.body),
    'says nothing': () => '',
  };
  const honest = grades(4);

  it.each(Object.keys(HOSTILE))('with one judge that %s is not led by it', async (what) => {
    const config = { panel: ['a', 'b', 'c'], quorum: 2, max_tokens: 100_000 };
    for (const combine of ['median', 'majority']) {
      const panel = { a: honest, b: HOSTILE[what]!, c: honest };
      const { score, judgements } = await judge({ ...config, combine }, panel);
      expect({ combine, score, count: judgements.length }).toEqual({
        combine,
        score: 0.75,
        count: 3,
      });
    }
  });

  it.each([
    [{ panel: [] }, '"panel" must be a list of 1 to 8 judges'],
    [{ panel: ['a', 'a'] }, 'two judges of "panel" are called "a"'],
    [{ panel: [{ name: 'x' }] }, '"panel[0]": "model" is missing'],
    [{ panel: [{ model: 'x', key: 'y' }] }, '"panel[0]": unknown key "key"'],
    [{ panel: [{ model: 'x', provider: 'y' }] }, '"panel[0]": "provider" is none of'],
    [{ panel: ['a'], model: 'b' }, '"model" and "panel" are both set'],
    [{ panel: ['a', 'b', 'c', 'd', 'e'], samples: 16 }, '80 judgements a case, limit is 64'],
    [{ model: 'a', quorum: 2 }, '"quorum" is more than the 1 judgements'],
  ])('does not load with %j', async (config, problem) => {
    await expect(judge(config, {})).rejects.toThrow(`Cannot judge: ${problem}`);
  });
});

describe('a judge that asks in rounds', () => {
  it('gets 64 judgements, sixteen at once, and loses none', async () => {
    const panel = ['a', 'b', 'c', 'd'];
    const long = 'word '.repeat(2000);
    const says: Judge = (_request, asked) => `${long}{{mark}} {"score": ${1 + (asked % 5)}}`;
    const judging = Object.fromEntries(panel.map((name) => [name, says]));
    const { judgements, metrics, score } = await judge(
      { panel, samples: 16, max_tokens: 10_000 },
      judging,
    );
    expect(metrics).toMatchObject({ judgements: 64, spread: 1 });
    expect(score).toBeCloseTo(0.46875, 12);
    expect(judgements.map((one) => `${one.judge} ${one.sample}`)).toEqual(
      panel.flatMap((name) => Array.from({ length: 16 }, (_, index) => `${name} ${index + 1}`)),
    );
    // Of early rounds, the beginning and the end are kept: the data passed from round to round is limited.
    const isKept = ({ reply }: Judgement): boolean =>
      reply.startsWith('word ') && /[0-9a-f]{32} \{"score": \d\}$/.test(reply);
    expect(judgements.filter((one) => !isKept(one))).toEqual([]);
  });

  it('asks again for what may work at once, and for nothing else', async () => {
    faults = new Map([
      [1, { status: 500 }],
      [2, { status: 500 }],
    ]);
    const result = await judge(
      { model: 'a', samples: 4, retries: 2 },
      { a: () => '{{mark}} {"score": 4}' },
    );
    expect(result).toMatchObject({ score: 0.75, metrics: { judgements: 4 } });
    expect(arrived).toBe(6);
  });

  it('fails as its server fails', async () => {
    faults = new Map([[1, { status: 503, retryAfter: '7' }]]);
    await expect(
      judge({ model: 'a', samples: 3, retries: 2 }, { a: () => '{{mark}} {"score": 4}' }),
    ).rejects.toMatchObject({ pluginCode: -23, retryable: true, retryAfterMs: 7000 });
    expect(arrived).toBe(3);
  });

  it.each([
    ['500', { status: 500 }, 'was not reached: its server answered 500'],
    [
      'bytes that are no UTF-8',
      'encoding',
      "was not understood: its server's answer is not what it should be",
    ],
    [
      'half an answer',
      'malformed',
      "was not understood: its server's answer is not what it should be",
    ],
    ['a connection that breaks', 'cut', 'was not reached: '],
  ] as const)(
    'goes on without a judge that gives %s, where a quorum says so',
    async (_what, fault, problem) => {
      faults = new Map([[1, fault]]);
      const config = { panel: ['a', 'b', 'c'], quorum: 2, combine: 'median' };
      const honest = (): string => '{{mark}} {"score": 4}';
      const { score, judgements } = await judge(config, { a: honest, b: honest, c: honest });
      expect(score).toBe(0.75);
      const problems = judgements.map((one) => one.problem).filter((one) => one !== undefined);
      expect(problems).toEqual([expect.stringContaining(problem)]);
    },
  );
});

describe('comparing two answers by llm-judge', () => {
  const compare = { model: 'a', compare_with: 'baseline', rubric: 'preference' };
  const data = { baseline: 'Lyon', expected: 'Paris' };
  /** Which answer comes first. */
  const firstOf = (request: ModelRequest): string => {
    const { content } = (request.body['messages'] as { content: string }[])[1]!;
    return (JSON.parse(content.replace(/^DATA /, '')) as { first: string }).first;
  };
  const says = (choice: string): string => `{{mark}} {"choice": "${choice}"}`;
  const prefers =
    (answer: string): Judge =>
    (request) =>
      says(firstOf(request) === answer ? 'first' : 'second');

  it.each<[string, Judge, number, object]>([
    ['wins in both orders', prefers('Paris'), 1, { wins: 1, losses: 0, ties: 0, flipped: 0 }],
    ['loses in both orders', prefers('Lyon'), 0, { wins: 0, losses: 1, ties: 0, flipped: 0 }],
    ['is first both times', () => says('first'), 0.5, { wins: 0, losses: 0, ties: 1, flipped: 1 }],
    ['is second both times', () => says('second'), 0.5, { ties: 1, flipped: 1 }],
    ['ties', () => says('tie'), 0.5, { wins: 0, losses: 0, ties: 1, flipped: 0 }],
    [
      'wins once and ties once',
      (request) => (firstOf(request) === 'Paris' ? says('first') : says('tie')),
      0.5,
      { wins: 0, losses: 0, ties: 1, flipped: 0 },
    ],
  ])('where the answer %s', async (_what, a, score, metrics) => {
    const result = await judge(compare, { a }, data);
    expect(result.score).toBe(score);
    expect(result.metrics).toMatchObject(metrics);
    expect(result.judgements.map(({ order }) => order)).toEqual(['answer_first', 'other_first']);
  });

  it('counts flips over samples and judges', async () => {
    const config = { ...compare, model: '', panel: ['a', 'b'], samples: 2 };
    const panel = { a: prefers('Paris'), b: (): string => says('first') };
    const result = await judge(config, panel, data);
    expect(result).toMatchObject({
      score: 0.75,
      metrics: {
        wins: 2,
        losses: 0,
        ties: 2,
        flipped: 2,
        judgements: 8,
        agreement: 0.5,
        score_a: 1,
        score_b: 0.5,
      },
    });
  });

  it('takes a text for the rubric, and needs the other answer', async () => {
    const config = { ...compare, rubric: 'Which is shorter?' };
    expect(await judge(config, { a: prefers('Lyon') }, data)).toMatchObject({ score: 0 });
    await expect(judge(config, {})).rejects.toMatchObject({
      pluginMessage: expect.stringContaining('field "baseline" is missing'),
    });
    await expect(judge({ ...compare, rubric: 'refusal' }, {})).rejects.toThrow(
      'Cannot judge: setting "rubric" does not compare two answers',
    );
  });
});
