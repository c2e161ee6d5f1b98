import { type BenchmarkSummary, ScoreBoard } from '@testbench/bench/results';
import { describe, expect, it } from 'vitest';

import { renderSummary } from './render-summary.js';
import { createStyle } from './style.js';

const style = createStyle({ write: () => {} }, {});

function summaryOf(fill: (board: ScoreBoard) => void, more: Partial<BenchmarkSummary> = {}) {
  const board = new ScoreBoard({
    systems: ['a', 'b'].map((model) => ({ prompt: 'p', provider: 'o', model })),
    evaluators: [{ name: 'match' }, { name: 'f1' }],
  });
  fill(board);
  return {
    formatVersion: 2,
    name: 'test',
    plan: 'sha256:0',
    dataset: { path: '/data.jsonl', format: 'jsonl', digest: 'sha256:1', offset: 0 },
    records: 1000,
    cases: 2000,
    failedCases: 0,
    prompts: ['p'],
    providers: ['o'],
    epochs: { count: 1, reducer: 'mean' },
    onError: 'missing',
    systems: board.systems(),
    failures: [],
    measured: {
      startedAt: '2025-01-01T00:00:00.000Z',
      durationMs: 1234,
      paid: { promptTokens: 0, completionTokens: 0, cachedTokens: 0, cachedAnswers: 0 },
      timeMs: {},
      resumedRecords: 0,
      repeatedCalls: 0,
    },
    models: ['a', 'b'],
    evaluators: ['match', 'f1'],
    scores: board.summaries(),
    plugins: [],
    ...more,
  } as const satisfies BenchmarkSummary;
}

const row = { line: 1, prompt: 'p', provider: 'o', epoch: 1, input: 'q', output: 'o' };

describe('renderSummary()', () => {
  it('shows shares in percent, graded means as numbers, and which interval is which', () => {
    const summary = summaryOf((board) => {
      for (const [index, match] of [1, 0, 1, 1].entries()) {
        board.add([{ ...row, index, model: 'a', scores: { match, f1: match / 2 } }]);
        board.add([{ ...row, index, model: 'b', scores: { match: 0, f1: 0.25 } }]);
      }
    });
    expect(renderSummary(summary, style).split('\n')).toEqual([
      'test · 1,000 records · 2 models · 2 evaluators · 1.23 s',
      '',
      'model  evaluator  n    mean  95 % interval  errors',
      'a      match      4  75.0 %  30.1 – 95.4 %       0',
      '       f1         4   0.375  0.000 – 0.773       0',
      'b      match      4   0.0 %   0.0 – 49.0 %       0',
      '       f1         4   0.250  0.250 – 0.250       0',
      '',
      "Intervals: Wilson for scores of only 0 and 1 (in %); Student's t for graded scores",
    ]);
  });

  it('names prompt and provider where there are several, and each only where it changes', () => {
    const systems = ['short', 'long'].flatMap((prompt) =>
      ['one', 'two'].map((provider) => ({ prompt, provider, model: 'a' })),
    );
    const board = new ScoreBoard({ systems, evaluators: [{ name: 'match' }, { name: 'f1' }] });
    for (const system of systems) {
      board.add([{ ...row, ...system, index: 0, scores: { match: 1, f1: 1 } }]);
    }
    const summary = summaryOf(() => {}, {
      prompts: ['short', 'long'],
      providers: ['one', 'two'],
      scores: board.summaries(),
    });
    const lines = renderSummary(summary, style).split('\n');
    expect(lines[0]).toContain('1,000 records · 2 prompts · 2 models');
    const names = lines.slice(2, 11).map((line) => line.slice(0, 35).trimEnd());
    expect(names).toEqual([
      'prompt  provider  model  evaluator',
      'short   one       a      match',
      '                         f1',
      '        two       a      match',
      '                         f1',
      'long    one       a      match',
      '                         f1',
      '        two       a      match',
      '                         f1',
    ]);
    const narrow = renderSummary(summary, style, 40).split('\n').slice(2, 11);
    expect(Math.max(...narrow.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(narrow[0]).toBe('prom…  provi…  model  evalu…  n     mean');
  });

  it('shows scores of the whole set, and why there is none', () => {
    const set = { labels: { model: 'a' }, n: 4, errors: 0, dropped: 0, bootstrap: null } as const;
    const sets = [
      {
        ...set,
        evaluator: 'bleu',
        score: { value: 0.35, interval: null },
        metrics: {
          bleu: { value: 34.668, interval: { low: 30, mid: 34, high: 40.5 } },
          ref_length: { value: 8, interval: null },
        },
        bootstrap: {
          method: 'bootstrap-percentile',
          confidence: 0.95,
          resamples: 1000,
          seed: 0,
          recordsPerBlock: 1,
          blocks: 4,
        },
      },
      { ...set, labels: { model: 'a', group: 'g' }, evaluator: 'bleu', score: null, metrics: {} },
      {
        ...set,
        evaluator: 'wer',
        score: null,
        metrics: {},
        failure: { code: 'CALL_TRAPPED', message: 'no' },
      },
    ] as const;
    const text = renderSummary(
      summaryOf(() => {}, { sets }),
      style,
    );
    expect(text).toContain(
      [
        'model  over the set  metric      value  n  95 % interval',
        'a      bleu          bleu        34.67  4  30 – 40.50 (1,000 resamples, seed 0)',
        '                     ref_length      8  4  –',
        'a      wer           –               –     no',
      ].join('\n'),
    );
  });

  it('shows failures by code with their first line, escaped, and no scores as a dash', () => {
    const errors = { match: { code: 'CALL_TRAPPED', message: 'Cannot call: \u001B[2J' } };
    const summary = summaryOf((board) => {
      board.add([{ ...row, index: 0, line: 7, model: 'a', scores: { f1: 0.5 }, errors }]);
      board.add([{ ...row, index: 1, line: 8, model: 'a', scores: { f1: 0.5 }, errors }]);
    });
    const text = renderSummary(summary, style);
    expect(text).toContain('a      match      0      –              –       2');
    expect(text).toContain('CALL_TRAPPED × 2  a / match, first on line 7: Cannot call: \\u001b[2J');
  });

  it('has a column for dropped rows only if there is a filter', () => {
    const filter = {
      stage: 'filter',
      type: 'filter',
      name: 'f',
      version: '1.0.0',
      digest: 'sha256:0',
      calls: 0,
      failedCalls: 0,
      fuelUsed: 0,
    } as const;
    expect(
      renderSummary(
        summaryOf(() => {}),
        style,
      ),
    ).not.toContain('dropped');
    expect(
      renderSummary(
        summaryOf(() => {}, { plugins: [filter] }),
        style,
      ),
    ).toContain('dropped');
  });

  it('does not flood the terminal with failures', () => {
    const summary = summaryOf((board) => {
      for (let index = 0; index < 20; index += 1) {
        const failure = { stage: 'provider', code: `CODE_${index}`, message: 'm' };
        board.add([{ ...row, index, model: 'a', scores: {}, failure }]);
      }
    });
    const text = renderSummary({ ...summary, records: 1 }, style);
    expect(text).toContain('test · 1 record · 2 models');
    expect(text.match(/CODE_/g)).toHaveLength(8);
    expect(text).toContain('and 32 more kinds of failure');
  });
});
