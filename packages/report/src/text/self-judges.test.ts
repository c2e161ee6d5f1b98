import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { type ReportFormat, createReporter } from '../reporters.js';
import { reportRuns } from '../runs/report-runs.js';

describe('rows that the tested model judged itself', () => {
  const change: NonNullable<Parameters<typeof generateRun>[0]>['change'] = (row) => {
    if (row.index !== 0 || row.details === undefined) return row;
    return { ...row, details: { ...row.details, 'token-f1': { selfJudged: true } } };
  };
  const render = async (format: ReportFormat): Promise<string> => {
    let text = '';
    const reporter = createReporter(format, { write: (part) => void (text += part) });
    await reportRuns([generateRun({ records: 2, models: ['m'], change })], [reporter]);
    return text;
  };

  it.each([
    ['csv', /^word-problems[^\n]*,0,problem-00000,[^\n]*,token-f1\r?$/m, /,token-f1\r?$/gm],
    ['junit', /<properties><property name="self-judged" value="token-f1"\/>/, /self-judged/g],
    [
      'otel',
      /\{"key":"testbench.evaluation.self_judged","value":\{"boolValue":true\}\}/,
      /self_judged/g,
    ],
    ['every-eval-ever', /"self_judged_cases":"1"/, /self_judged/g],
    ['every-eval-ever-instances', /"self_judged":"true"/, /self_judged/g],
  ] as const)('are told in %s, and no others', async (format, shown, each) => {
    const text = await render(format);
    expect(text).toMatch(shown);
    expect(text.match(each)).toHaveLength(1);
  });
});
