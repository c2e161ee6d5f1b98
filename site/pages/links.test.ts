import { describe, expect, it } from 'vitest';

import { LinkResolver, maskCode, rewriteLinks } from './links.ts';
import { type Page, parsePage } from './page.ts';

const root = `${import.meta.dirname}/../..`;

describe('rewriteLinks()', () => {
  const mark = (text: string, address: string): string => `<${text}|${address}>`;

  it.each([
    { markdown: 'a [page](b.md#c) here', rewritten: 'a <page|b.md#c> here' },
    {
      markdown: '[`code` and text](x.md), [y](y.md)',
      rewritten: '<`code` and text|x.md>, <y|y.md>',
    },
    {
      markdown: '`[no](link.md)` and ``[`no`](x.md)``',
      rewritten: '`[no](link.md)` and ``[`no`](x.md)``',
    },
    { markdown: '```ts\nlist[0](a.md);\n```\n', rewritten: '```ts\nlist[0](a.md);\n```\n' },
    { markdown: '[a [b] c](d.md)', rewritten: '<a [b] c|d.md>' },
    { markdown: '![picture](a.svg)', rewritten: '![picture](a.svg)' },
  ])('turns $markdown into $rewritten', ({ markdown, rewritten }) => {
    expect(rewriteLinks(markdown, mark)).toBe(rewritten);
  });
});

describe('maskCode()', () => {
  it('keeps the length and the lines', () => {
    const markdown = 'a `b` c\n```\nd\n```\ne';
    expect(maskCode(markdown)).toBe('a ... c\n...\n.\n...\ne');
  });
});

describe('LinkResolver', () => {
  const page = (source: string, address: string): Page => ({
    address,
    source,
    title: source,
    description: '',
    body: '',
    kind: 'written',
    inSidebar: true,
  });
  const from = page('docs/limits.md', 'limits');
  const core = page('packages/core/README.md', 'packages/core');
  const resolver = new LinkResolver(root, [from, core]);

  it.each([
    { address: '../packages/core', target: { kind: 'page', page: core, anchor: '' } },
    {
      address: '../packages/core/README.md#use',
      target: { kind: 'page', page: core, anchor: 'use' },
    },
    { address: '#caps', target: { kind: 'page', page: from, anchor: 'caps' } },
    { address: '../LICENSE', target: { kind: 'file', path: 'LICENSE' } },
    { address: 'nowhere.md', target: { kind: 'missing', path: 'docs/nowhere.md' } },
    { address: 'https://example.com/', target: { kind: 'elsewhere' } },
  ])('resolves $address', ({ address, target }) => {
    expect(resolver.resolve(from, address)).toEqual(target);
  });
});

describe('parsePage()', () => {
  it('takes the title off and the first paragraph as description', () => {
    const text = '# The `title`\n\n```ts\ncode\n```\n\nFirst [words](x.md)\nof it.\n\nMore.\n';
    expect(parsePage('x.md', text)).toEqual({
      title: 'The title',
      description: 'First words of it.',
      body: '\n```ts\ncode\n```\n\nFirst [words](x.md)\nof it.\n\nMore.\n',
    });
  });

  it('refuses a page without a title', () => {
    expect(() => parsePage('x.md', 'text\n')).toThrow('Cannot read page "x.md"');
  });
});
