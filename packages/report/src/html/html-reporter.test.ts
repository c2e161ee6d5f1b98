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

  it('has images of records as data, raster images alone, each once', async () => {
    const file = (field: string, mediaType: string, digit: string) => ({
      field,
      mediaType,
      bytes: 3,
      digest: `sha256:${digit.repeat(64)}`,
    });
    const attachments = [
      file('"><script>alert(1)</script>', 'image/png', '1'),
      file('drawing', 'image/svg+xml', '2'),
      file('sound', 'audio/wav', '3'),
      file('lost', 'image/png', '4'),
    ];
    const run = generateRun({ records: 3, change: (row) => ({ ...row, attachments }) });
    const asked: string[] = [];
    const images = async (position: number, digest: string) => {
      asked.push(`${position} ${digest.slice(-1)}`);
      await Promise.resolve();
      if (digest.endsWith('4')) return undefined;
      const mediaType = digest.endsWith('2') ? 'image/svg+xml' : 'image/png';
      return { mediaType, bytes: new TextEncoder().encode('<svg') };
    };
    const html = await renderReport((output) => createHtmlReporter(output, { images }), run);
    expect(asked).toEqual(['0 1', '0 2', '0 4']);
    expect(html.match(/<script type="text\/plain" id="image-[^]*?<\/script>/g)).toEqual([
      `<script type="text/plain" id="image-${'1'.repeat(64)}">data:image/png;base64,PHN2Zw==</script>`,
    ]);
    expect(html).toContain('; img-src data:;');
    // Without a reader there are none, and the policy lets none be shown.
    const without = await renderReport((output) => createHtmlReporter(output), run);
    expect(without).not.toContain('img-src');
    expect(without).not.toContain('id="image-');
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
