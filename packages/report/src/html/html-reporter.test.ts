import { createHash } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { generateRun } from '../__fixtures__/generated-run.js';
import { HOSTILE_TEXTS } from '../__fixtures__/hostile-texts.js';
import { renderReport } from '../__fixtures__/render-report.js';
import { unpackText } from './compress.js';
import { createHtmlReporter } from './html-reporter.js';
import type { PageIndex } from './page-data.js';

const hostileRun = () =>
  generateRun({
    name: '</title><script>alert(1)</script>',
    records: HOSTILE_TEXTS.length,
    models: ['<b>m</b>'],
    change: (row) => {
      const text = HOSTILE_TEXTS[row.index]!;
      return { ...row, id: text, input: text, output: text, expected: text, group: text };
    },
  });

const scripts = (html: string): { attributes: string; text: string }[] =>
  [...html.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/gi)].map(
    ([, attributes = '', text = '']) => ({
      attributes,
      text,
    }),
  );

describe('createHtmlReporter()', () => {
  it('writes one script of its own, which alone the policy lets run', async () => {
    const html = await renderReport((output) => createHtmlReporter(output), hostileRun());
    const [policy] = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/
      .exec(html)!
      .slice(1);
    const own = scripts(html).filter(({ attributes }) => !attributes.includes('type='));
    expect(own).toHaveLength(1);
    const hash = createHash('sha256').update(own[0]!.text).digest('base64');
    expect(policy).toContain(`script-src 'sha256-${hash}';`);
    const styles = /<style>([\s\S]*?)<\/style>/.exec(html)![1]!;
    const styleHash = createHash('sha256').update(styles).digest('base64');
    expect(policy).toContain(`style-src 'sha256-${styleHash}';`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  });

  it('has no text of a stranger outside of its data, but the title, escaped', async () => {
    const html = await renderReport((output) => createHtmlReporter(output), hostileRun());
    expect(html).toContain('<title>&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt;</title>');
    expect(html).not.toContain('alert(1)<');
    const data = scripts(html).filter(({ attributes }) =>
      attributes.includes('type="application/gzip"'),
    );
    expect(data.map(({ attributes }) => /id="([^"]*)"/.exec(attributes)![1])).toEqual([
      'index',
      'block-0',
    ]);
    for (const { text } of data) expect(text).toMatch(/^[A-Za-z0-9+/]+=*$/);
    const index = JSON.parse(await unpackText(data[0]!.text)) as PageIndex;
    expect(index.records.id).toEqual(HOSTILE_TEXTS);
    expect(index.results.summaries[0]!.systems[0]!.model).toBe('<b>m</b>');
  });

  it('fetches nothing', async () => {
    const html = await renderReport(
      (output) => createHtmlReporter(output),
      generateRun({ records: 2 }),
    );
    const outside = html.replaceAll(/<script type="application\/gzip"[\s\S]*?<\/script>/g, '');
    expect(outside).not.toMatch(/<link|<img|<iframe|src=|@import|url\(/);
  });
});
