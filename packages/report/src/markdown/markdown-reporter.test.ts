import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { HOSTILE_TEXTS } from '../__fixtures__/hostile-texts.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { codeSpan } from './escape-markdown.js';
import { createMarkdownReporter } from './markdown-reporter.js';

describe('codeSpan()', () => {
  it.each([
    ['plain', '`plain`'],
    ['a|b', '`a\\|b`'],
    ['a\\|b', '`a\\\\|b`'],
    ['a`b', '`` a`b ``'],
    ['```', '```` ``` ````'],
    ['two\nlines', '`two\\x0alines`'],
    ['', '` `'],
    ['@someone #1', '`@someone #1`'],
  ])('shows %j as %s', (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });

  it.each(HOSTILE_TEXTS)('keeps %j within its fence and its line', (text) => {
    const span = codeSpan(text);
    const fence = /^`+/.exec(span)![0];
    expect(span.endsWith(fence)).toBe(true);
    const inside = span.slice(fence.length, -fence.length);
    expect(inside.match(/`+/g) ?? []).not.toContain(fence);
    // eslint-disable-next-line no-control-regex
    expect(inside).not.toMatch(/[\u0000-\u001F\u2028\u2029\u202A-\u202E]/);
    // Every pipe has an escape.
    expect(inside.replaceAll('\\|', '')).not.toContain('|');
  });
});

describe('createMarkdownReporter()', () => {
  it('says what changed from one run to another, then the scores', async () => {
    const text = await renderReport(
      createMarkdownReporter,
      generateRun({ records: 200, models: ['m'] }),
      generateRun({ records: 200, models: ['m'], seed: 2 }),
    );
    expect(text).toContain(
      '## `word-problems`\n\nrun A: `word-problems-0123456789ab`, 200 records',
    );
    expect(text).toContain('### `m`: what changed');
    expect(text).toMatch(/\| `exact-match` \| \d+\.\d % \| \d+\.\d % \| [+−]?\d+\.\d pp \|/);
    expect(text).toMatch(/- `exact-match`: \d+ records got better, \d+ got worse: `problem-\d+`/);
    expect(text).toMatch(/\| `m · run A` \| `exact-match` \|/);
    expect(text.length).toBeLessThan(10_000);
  });

  it('is no longer than a comment may be, whatever names there are', async () => {
    const models = Array.from({ length: 9 }, (_, index) => `${'|'.repeat(3000)}${index}`);
    const text = await renderReport(createMarkdownReporter, generateRun({ records: 20, models }));
    expect(text.length).toBeLessThan(65_000);
  });
});
