import type { CompareOptions } from '@testbench/bench/statistics';
import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { type ReportFormat, createReporter } from '../reporters.js';
import { reportRuns } from '../runs/report-runs.js';

/** Returns values as a plugin of sums would: a score that is not a mean of scores. */
const system = {
  executePluginBatch: async (_id: string, inputs: readonly { readonly data: unknown }[]) =>
    inputs.map(({ data }) => {
      const { aggregate, n } = data as { aggregate: { precision: number }; n: number };
      const score = (aggregate.precision / n) ** 2;
      const value = {
        data: { score, metrics: { squared: 100 * score } },
        metadata: { fuelUsed: 0 },
      };
      return { status: 'fulfilled', value };
    }),
} as unknown as NonNullable<CompareOptions['sets']>['system'];

describe('scores of whole sets that are compared', () => {
  const run = generateRun({ records: 60 });
  const sets = { system, plugins: { 'token-f1': 'f1' }, resamples: 20, swaps: 50 };
  const render = async (format: ReportFormat): Promise<string> => {
    let text = '';
    const reporter = createReporter(format, { write: (part) => void (text += part) });
    await reportRuns([run], [reporter], { comparison: { sets } });
    return text;
  };

  it.each([
    ['terminal', /token-f1 over the set +\d+ +−0\.\d{3} +−0\.\d{3} to [+−]0\.\d{3} +0\.\d+ /],
    [
      'md',
      /\| `token-f1 over the set` \| 0\.\d{3} \| 0\.\d{3} \| −0\.\d{3} \|.*paired randomization/,
    ],
    ['md', /\| `token-f1\.squared` \| \d\d\.\d{3} \|/],
    ['junit', /name="token-f1 over the set: abacus-large to abacus-small"/],
    ['json', /"evaluator": "token-f1",\n\s+"n": \d+/],
    ['json', /"swaps": 50/],
  ] as const)('stand in %s', async (format, shown) => {
    expect(await render(format)).toMatch(shown);
  });
});
