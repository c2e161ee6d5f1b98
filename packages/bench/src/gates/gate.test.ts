import { describe, expect, it } from 'vitest';

import { GSM8K_MODELS, gsm8kLabels, hasGsm8k } from '../__fixtures__/gsm8k.js';
import { rowsOf, scoredRun } from '../__fixtures__/scored-run.js';
import { compareRuns } from '../compare/compare-runs.js';
import { RandomNumbers } from '../dataset/selection/random-numbers.js';
import { summariseRun } from '../summary/summarise-run.js';
import { checkRequirements } from './check-requirements.js';
import type { GateOptions } from './gate-options.js';

const gateOf = async (
  before: readonly number[],
  after: readonly number[],
  gate: GateOptions = {},
) => {
  const a = scoredRun({ rows: rowsOf(before) });
  const b = scoredRun({ run: 'after', rows: rowsOf(after) });
  return (await compareRuns(a, b, { gate })).gate!;
};
const ones = (right: number, n: number): number[] =>
  Array.from({ length: n }, (_, index) => Number(index < right));

describe('a gate', () => {
  it('fails on a broad loss by an exact one-sided test, and not on a gain', async () => {
    // 5 lost, 0 gained: 1/32; 4 lost: 1/16
    expect(await gateOf(ones(20, 40), ones(15, 40))).toMatchObject({
      passed: false,
      checks: [
        {
          check: 'broad-loss',
          value: 1 / 32,
          limit: 0.05,
          records: ['15', '16', '17', '18', '19'],
        },
      ],
    });
    expect((await gateOf(ones(20, 40), ones(16, 40))).passed).toBe(true);
    expect(await gateOf(ones(15, 40), ones(20, 40))).toMatchObject({
      passed: true,
      checks: [{ value: 1 }],
    });
  });

  it('fails on named records that get worse, vanish or are unknown', async () => {
    const named = async (records: string[], after: readonly number[]) =>
      (await gateOf([1, 1, 0], after, { records })).checks.find(
        ({ check }) => check === 'hard-break',
      );
    expect(await named(['0', '2'], [1, 0, 0])).toMatchObject({ passed: true });
    expect(await named(['0', '1'], [1, 0, 0])).toMatchObject({ passed: false, records: ['1'] });
    expect(await named(['9'], [1, 1, 0])).toMatchObject({ passed: false, records: ['9'] });
    const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };
    const a = scoredRun({ rows: rowsOf([1, 1]) });
    const b = scoredRun({ run: 'b', rows: [{ index: 0, failure }, ...rowsOf([1, 1]).slice(1)] });
    const { gate } = await compareRuns(a, b, { gate: { records: ['0'] } });
    expect(gate).toMatchObject({ passed: false, checks: [{ passed: true }, { records: ['0'] }] });
  });

  it('fails on more than a share of what was right', async () => {
    const [, check] = (await gateOf(ones(20, 40), ones(17, 40), { maxLost: 0.1 })).checks;
    expect(check).toMatchObject({ check: 'lost-share', passed: false, value: 0.15, limit: 0.1 });
    expect((await gateOf(ones(20, 40), ones(18, 40), { maxLost: 0.1 })).passed).toBe(true);
  });

  it('fails where a model or an evaluator is gone, unless it was left out on purpose', async () => {
    const rows = [0, 1].flatMap((index) =>
      ['m', 'n'].map((model) => ({ index, model, scores: { exact: 1, other: 1 } })),
    );
    const evaluators = [{ as: 'exact' }, { as: 'other' }];
    const a = scoredRun({ models: ['m', 'n'], evaluators, rows });
    const b = scoredRun({ run: 'b', rows: rowsOf([1, 1]) });
    const { gate } = await compareRuns(a, b, { gate: {} });
    expect(gate).toMatchObject({ passed: false, checks: [{ passed: true }, { value: 2 }] });
    expect(gate!.checks[1]!.message).toContain('compared with: n, other;');
    const chosen = { a: { model: 'm' }, metrics: ['exact'] };
    expect((await compareRuns(a, b, { ...chosen, gate: {} })).gate!.passed).toBe(true);
  });

  it('fails where no record can be compared', async () => {
    const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };
    const a = scoredRun({ rows: rowsOf([1]) });
    const b = scoredRun({ run: 'b', rows: [{ index: 0, failure }] });
    expect((await compareRuns(a, b, { gate: {} })).gate!.passed).toBe(false);
  });
});

describe('checkRequirements()', () => {
  it('holds means, lower ends of intervals and errors against limits', async () => {
    const failure = { code: 'CALL_TRAPPED', message: 'trap', stage: 'provider' };
    const rows = [...rowsOf(ones(80, 100)), { index: 100, failure }];
    const summary = await summariseRun(scoredRun({ rows }));
    const passed = (options: Parameters<typeof checkRequirements>[1]): boolean =>
      checkRequirements(summary, options).passed;
    expect(passed({ failUnder: { exact: 0.8 } })).toBe(true);
    expect(passed({ failUnder: { exact: 0.81 } })).toBe(false);
    // Wilson's lower end of 80 in 100 is 0.7112
    expect(passed({ failUnder: { exact: 0.71 }, lowerBound: true })).toBe(true);
    expect(passed({ failUnder: { exact: 0.72 }, lowerBound: true })).toBe(false);
    expect(passed({ maxErrors: 1 })).toBe(true);
    expect(passed({ maxErrors: 0 })).toBe(false);
    const set = { labels: { prompt: 'p', provider: 'o', model: 'm' }, n: 100, bootstrap: null };
    const [score, bleu] = [0.3, 30].map((value) => ({ value, interval: null }));
    const stored = { sets: [{ evaluator: 'exact', ...set, score, metrics: { bleu } }] };
    const withSets = await summariseRun(Object.assign(scoredRun({ rows }), { summary: stored }));
    const limits = (failUnder: Record<string, number>): boolean =>
      checkRequirements(withSets, { failUnder }).passed;
    expect(limits({ 'set:exact': 0.3, 'set:exact.bleu': 29 })).toBe(true);
    expect(limits({ 'set:exact.bleu': 31 })).toBe(false);
    expect(() => limits({ 'set:other': 0.5 })).toThrow(/it has .*"set:exact", "set:exact.bleu"/);
    expect(() => passed({ failUnder: { other: 0.5 } })).toThrow(/no such metric, it has "exact"/);
    expect(() => passed({ failUnder: { exact: 2 } })).toThrow(/"failUnder.exact"/);
  });
});

/**
 * What "without a change" means: for each question, a model has its own probability of a right answer, and two epochs of it are drawn. The
 * probabilities are the shares of the four models that answered the question correctly, so that the difficulty of the questions is realistic.
 */
describe.skipIf(!hasGsm8k)('a gate over GSM8K (needs TESTBENCH_SHARED or ../shared)', () => {
  const labels = hasGsm8k ? gsm8kLabels() : [];
  const chances = labels.map((label) => GSM8K_MODELS.filter((model) => label[model]).length);
  const best = labels.map((label) => Number(label['175b_verification']));
  const epochOf = (seed: number): number[] => {
    const random = new RandomNumbers(`epoch ${seed}`);
    return chances.map((chance) => Number(random.below(GSM8K_MODELS.length) < chance));
  };
  const flipRight = (scores: readonly number[], count: number): number[] => {
    let left = count;
    return scores.map((score) => (score === 1 && left-- > 0 ? 0 : score));
  };

  it('fails on 40 planted flips from right to wrong, and passes without', async () => {
    expect((await gateOf(best, best)).passed).toBe(true);
    const planted = await gateOf(best, flipRight(best, 40));
    expect(planted.passed).toBe(false);
    expect(planted.checks[0]!.records).toHaveLength(40);
  });

  it('raises at most 11 alarms in 100 repetitions without a change, and finds the flips in noise', async () => {
    let [alarms, found] = [0, 0];
    for (let seed = 0; seed < 100; seed += 1) {
      const [before, after] = [epochOf(2 * seed), epochOf(2 * seed + 1)];
      if (!(await gateOf(before, after)).passed) alarms += 1;
      if (seed < 10 && !(await gateOf(before, flipRight(after, 80))).passed) found += 1;
    }
    expect(alarms).toBeLessThanOrEqual(11);
    expect(found).toBe(10);
  });
});
