import { describe, expect, it } from 'vitest';

import { gsm8kPairs, gsm8kRun, hasGsm8k } from '../__fixtures__/gsm8k.js';
import { summariseRun } from '../summary/summarise-run.js';
import { compareRuns } from './compare-runs.js';

/** The tolerance that the file asks for: within 1e-9, relative for p-values. */
const isClose = (found: number | null | undefined, expected: number, relative = false): boolean =>
  Math.abs(found! - expected) <= 1e-9 * (relative ? expected : 1);

describe.skipIf(!hasGsm8k)('compareRuns() over GSM8K (needs TESTBENCH_SHARED or ../shared)', () => {
  const run = gsm8kRun();

  it.each(hasGsm8k ? gsm8kPairs() : [])('agrees with scipy on $a and $b', async (expected) => {
    const { a, b } = expected;
    const { pairs, records } = await compareRuns(run, run, { a: { model: a }, b: { model: b } });
    expect(records).toEqual({ a: 1319, b: 1319, both: 1319 });
    expect(pairs).toHaveLength(1);
    const { tests, flips, ...found } = pairs[0]!.metrics[0]!;
    expect(found).toMatchObject({ n: expected.n, scale: 'binary', test: 'mcnemar-midp' });
    expect(flips).toMatchObject({
      lost: expected.only_a,
      gained: expected.only_b,
      bothRight: expected.both,
      bothWrong: expected.neither,
    });
    const p = Object.fromEntries(tests.map((each) => [each.test, each]));
    const wrong = [
      isClose(found.difference, expected.difference),
      isClose(found.standardError, expected.se),
      isClose(found.interval?.low, expected.ci_low),
      isClose(found.interval?.high, expected.ci_high),
      isClose(p['mcnemar-exact']?.p, expected.p_mcnemar_exact, true),
      isClose(p['mcnemar-midp']?.p, expected.p_mcnemar_mid, true),
      isClose(p['paired-t']?.p, expected.p_t, true),
      isClose(p['paired-t']?.statistic, expected.t),
    ].flatMap((isRight, place) => (isRight ? [] : [place]));
    expect(wrong).toEqual([]);
    expect(found.p).toBe(p['mcnemar-midp']?.p);
    expect(found.verdict).toBe(expected.difference > 0 ? 'better' : 'worse');
  });

  it('gives each model its Wilson interval', async () => {
    const { systems } = await summariseRun(run);
    const found = systems.map(({ model, metrics: [metric] }) => [
      model,
      metric?.mean,
      metric?.interval?.low.toFixed(4),
      metric?.interval?.high.toFixed(4),
      metric?.interval?.method,
    ]);
    // Computed with Wilson's formula in Python
    expect(found).toEqual([
      ['6b_finetuning', 286 / 1319, '0.1954', '0.2399', 'wilson'],
      ['6b_verification', 515 / 1319, '0.3645', '0.4171', 'wilson'],
      ['175b_finetuning', 458 / 1319, '0.3220', '0.3733', 'wilson'],
      ['175b_verification', 742 / 1319, '0.5356', '0.5891', 'wilson'],
    ]);
  });
});
