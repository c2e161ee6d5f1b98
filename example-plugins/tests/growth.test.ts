import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

/** Length of the shorter text; CI has 10,000. */
const TEXT_BYTES = Number(process.env['TEXT_BYTES'] ?? 5000);

/** About `bytes` of text in many lines, with numbers, addresses and repeated words. */
function makeText(bytes: number): string {
  const lines: string[] = [];
  for (let index = 0, length = 0; length < bytes; index += 1) {
    const line = `Line ${index} of it: w${index % 97} says "${index * 7}", me${index}@home.example and 😀 too.`;
    lines.push(line);
    length += line.length + 1;
  }
  return lines.join('\n');
}

const evaluate = (text: string): object => ({ output: text, expected: `${text} more` });
const filter = (text: string): object => ({ items: [text] });

describe('ten times the text takes at most twelve times the fuel', () => {
  it.each<[plugin: string, config: object, make: (text: string) => unknown]>([
    ['chunk', { unit: 'words', size: 200, overlap: 50 }, (text) => text],
    ['chunk', { unit: 'sentences', size: 3, overlap: 2 }, (text) => text],
    ['pii', {}, filter],
    ['pii', { action: 'redact', entities: ['EMAIL_ADDRESS', 'URL', 'PHONE_NUMBER'] }, filter],
    ['word-list', { words: ['nothing', 'of this'] }, filter],
    ['dedupe', {}, (text) => ({ items: text.split('\n') })],
    ['top-k', { k: 3 }, (text) => ({ items: text.split('\n').map((_, score) => ({ score })) })],
    ['extract', {}, (text) => text],
    [
      'extract',
      { by: 'json_path', path: '$[?search(@, "w9[0-5]")]', which: 'list' },
      (text) => JSON.stringify(text.split('\n')),
    ],
    [
      'template',
      { template: '{{#each lines}}{{@index}}: {{this}}\n{{/each}}' },
      (text) => ({ lines: text.split('\n') }),
    ],
    [
      'json-schema',
      { schema: { items: { type: 'string', maxLength: 200 } } },
      (text) => ({ output: text.split('\n') }),
    ],
    ['exact-match', {}, evaluate],
    ['token-f1', {}, evaluate],
    ['bleu', {}, evaluate],
    ['bleu', { tokenize: 'intl' }, evaluate],
    ['bleu-nltk', {}, evaluate],
    ['gleu', {}, evaluate],
    ['chrf', { word_order: 2 }, evaluate],
    ['readability', {}, evaluate],
  ])('in %s %j', async (plugin, config, make) => {
    await using host = await openPlugin(plugin, config);
    const fuel = async (bytes: number): Promise<number> =>
      (await host.call(make(makeText(bytes)))).metadata.fuelUsed;
    await fuel(1000);
    const small = await fuel(TEXT_BYTES);
    expect(await fuel(10 * TEXT_BYTES)).toBeLessThan(12 * small);
  });

  // The apparent beginning of something long, repeated many times.
  const rows =
    '1|1 |1,|1 234 |1,234,|1\'2,|1.|1/|1 1/|10^|-|-$|$ |(|(1,|\\frac{|\\frac{1}{|√|1e|1×10|二|1万|½|**1|x_{|\\,1|1.2.3 |³|[{"a":'.split(
      '|',
    );
  it.each(rows)('in extract of numbers, of %j again and again', async (row) => {
    await using host = await openPlugin('extract', { which: 'list' });
    const fuel = async (bytes: number): Promise<number> =>
      (await host.call(row.repeat(bytes / row.length))).metadata.fuelUsed;
    await fuel(1000);
    const small = await fuel(5000);
    expect(await fuel(50_000)).toBeLessThan(12 * small);
  });

  it.each([
    '[',
    '{"a":',
    '{"a":[',
    '["',
    '"',
    '```',
    '```json [',
    '```[1]',
    '<think>',
    '</think>',
    '<think>[1]',
    '[1] ',
    '~~~{',
  ])('in extract of JSON, of %j again and again', async (row) => {
    await using host = await openPlugin('extract', { by: 'json_path' });
    const fuel = async (bytes: number): Promise<number> =>
      (await host.call(`x ${row.repeat(bytes / row.length)}`)).metadata.fuelUsed;
    await fuel(1000);
    const small = await fuel(5000);
    expect(await fuel(50_000)).toBeLessThan(12 * small);
  });

  it('fits rouge with many lines, the more the fewer types are wanted', async () => {
    const text = makeText(30_000);
    await using some = await openPlugin('rouge', { types: ['rouge1', 'rougeL'] });
    const { data, metadata } = await some.call<{ metrics: object }>(evaluate(text));
    expect(Object.keys(data.metrics)).toHaveLength(6);
    await using all = await openPlugin('rouge');
    expect((await all.call(evaluate(text))).metadata.fuelUsed).toBeGreaterThan(metadata.fuelUsed);
  });

  it('does not let one text with many hyphens stop a filter', async () => {
    await using host = await openPlugin('pii');
    const { data } = await host.call<{ items: unknown[] }>({
      items: [`a@b${'-'.repeat(50_000)}c.com`, '1 '.repeat(20_000)],
    });
    expect(data.items).toHaveLength(1);
  });
});
