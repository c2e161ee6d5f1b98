import type { AttachmentFacts, ResultRow } from '@testbench/bench/results';
import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { createCsvReporter } from '../csv/csv-reporter.js';
import { createJunitReporter } from '../junit/junit-reporter.js';
import { createMarkdownReporter } from '../markdown/markdown-reporter.js';
import { answerExtras } from './answer-extras.js';

const file = (field: string): AttachmentFacts => ({
  field,
  mediaType: 'image/png',
  bytes: 70,
  digest: `sha256:${'a'.repeat(64)}`,
});
const transcript: ResultRow['transcript'] = [
  { role: 'user', content: 'hello' },
  { role: 'assistant', content: 'hi' },
];

const FILES = { fields: [], digest: '', files: 2, paths: 0, bytes: 140 };

describe('answerExtras()', () => {
  const row = { scores: {} } as unknown as ResultRow;

  it.each([
    ['nothing', {}, {}],
    ['a file', { attachments: [file('image')] }, { attachments: 'image (image/png)' }],
    [
      'many files',
      { attachments: Array.from({ length: 7 }, (_, at) => file(`p.${at}`)) },
      {
        attachments:
          'p.0 (image/png), p.1 (image/png), p.2 (image/png), p.3 (image/png), p.4 (image/png) and 2 more',
      },
    ],
    ['a conversation', { transcript }, { transcript: '2 messages' }],
  ])('says %s', (_, extra, expected) => {
    expect(answerExtras({ ...row, ...extra })).toEqual(expected);
  });

  it('is told in the formats that show only texts', async () => {
    const change = (one: ResultRow): ResultRow => ({
      ...one,
      attachments: [file('image')],
      transcript,
    });
    const run = generateRun({ records: 2, models: ['m'], change });
    const dataset = { ...run.plan.dataset, attachments: FILES };
    const plan = { ...run.plan, dataset, conversation: { maxTurns: 2, stop: [] } };
    const [titles, line] = (await renderReport(createCsvReporter, { ...run, plan })).split('\r\n');
    expect(titles).toContain(',cached,attachments,transcript,');
    expect(line).toContain(',image (image/png),2 messages,');
    expect(await renderReport(createMarkdownReporter, run)).toContain(
      '2 rows with attachments, 2 rows with a transcript: the HTML report shows them.',
    );
    expect(await renderReport(createJunitReporter, run)).toContain(
      '<property name="attachments" value="image (image/png)"/><property name="transcript" value="2 messages"/>',
    );
  });
});
