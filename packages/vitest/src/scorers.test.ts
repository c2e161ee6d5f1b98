import { describe, expect, expectTypeOf, it } from 'vitest';

import { EvaluationReporter } from './reporter.js';
import { createScorer, type PluginScorer } from './scorers.js';
import { META } from './vitest-runner-meta.js';

/** As `autoevals` declares them. */
interface AutoevalsScore {
  name: string;
  score: number | null;
  metadata?: Record<string, unknown>;
}
type AutoevalsScorer<Output, Extra> = (
  args: Extra & { output: Output; expected?: Output },
) => AutoevalsScore | Promise<AutoevalsScore>;

describe('createScorer()', () => {
  it('makes a scorer in the shape of autoevals', async () => {
    await using scorer = await createScorer<string>('token-f1');
    expect(scorer.name).toBe('token-f1');
    const harness: AutoevalsScorer<string, { input: string }> = scorer;
    expect(await harness({ input: 'q', output: 'red car', expected: 'red bike' })).toMatchObject({
      name: 'token-f1',
      score: 0.5,
    });
    expectTypeOf(scorer).toEqualTypeOf<PluginScorer<string>>();
  });

  it('passes settings on, and what a plugin says besides its score', async () => {
    const use = { plugin: 'exact-match', name: 'strict', config: {} };
    await using scorer = await createScorer(use);
    expect(await scorer({ output: 'a', expected: 'a' })).toEqual({
      name: 'strict',
      score: 1,
      metadata: expect.any(Object),
    });
  });

  it.each(['replay', 'none', ''])('refuses %j', async (name) => {
    await expect(createScorer(name)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses a function, which is a scorer already', async () => {
    const made = createScorer((() => 1) as never);
    await expect(made).rejects.toMatchObject({ code: 'CONFIG_INVALID', path: 'evaluator' });
  });
});

describe('EvaluationReporter', () => {
  it('prints the means of each suite', () => {
    let text = '';
    const reporter = new EvaluationReporter((part) => (text += part));
    const evaluators = [
      { name: 'exact', mean: 0.5, scored: 2, threshold: 0.25, baseline: 0.4 },
      { name: 'judge', mean: null, scored: 0 },
    ];
    const metas = [{}, { [META]: { name: 'capitals', records: 2, evaluators } }];
    const allTests = () => metas.map((meta) => ({ meta: () => meta }));
    reporter.onTestRunEnd([{ children: { allTests } }] as never);
    expect(text).toBe(
      [
        '',
        ' capitals',
        '  evaluator  mean   threshold  baseline  records',
        '  exact      0.500  0.250      0.400     2',
        '  judge      -      -          -         0 of 2',
        '',
      ].join('\n'),
    );
  });
});
