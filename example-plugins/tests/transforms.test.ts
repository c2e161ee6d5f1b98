import fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

async function render(template: string, data: unknown, escape = 'none'): Promise<string> {
  await using host = await openPlugin('template', { template, escape });
  return (await host.call<{ text: string }>(data)).data.text;
}

const engine = Handlebars.create();
engine.registerHelper('lower', (value?: string) => (value ?? '').toLowerCase());
engine.registerHelper('upper', (value?: string) => (value ?? '').toUpperCase());
engine.registerHelper('default', (value: unknown, other: unknown) =>
  engine.Utils.isEmpty(value) ? other : value,
);
engine.registerHelper('join', (value: unknown[], separator: string) => value.join(separator));

const reference = (template: string, data: unknown, noEscape: boolean): string =>
  engine.compile(template, { noEscape })(data);

const DATA = {
  name: 'Ann <b>&"\'`=',
  n: 0,
  one: 1.5,
  yes: true,
  no: false,
  nothing: null,
  empty: '',
  none: [],
  list: ['a', 'b', 'c'],
  deep: {
    list: [
      { x: 1, tags: ['p', 'q'] },
      { x: 2, tags: [] },
    ],
    'odd key': 'odd',
    o: { k: 'v' },
  },
};

describe('plugin template', () => {
  it.each([
    ['Hello {{name}}, {{{name}}} {{&name}}!'],
    ['{{deep.o.k}} {{deep/o/k}} {{deep.[odd key]}} {{list.[2]}} {{list.length}} {{name.length}}'],
    ['{{missing}}|{{nothing}}|{{n}}|{{one}}|{{yes}}|{{no}}|{{list}}|{{deep}}|{{missing.more}}'],
    ['{{this.n}} {{./n}} {{@root.deep.o.k}}'],
    [
      '{{#if yes}}y{{else}}n{{/if}}{{#if no}}y{{else}}n{{/if}}{{#if n}}y{{^}}n{{/if}}{{#if none}}y{{else}}n{{/if}}{{#if deep}}y{{/if}}',
    ],
    [
      '{{#if no}}1{{else if empty}}2{{else if list}}3{{else}}4{{/if}}{{#unless no}}u{{else}}x{{/unless}}',
    ],
    [
      '{{#each list}}{{@index}}:{{this}}{{#if @first}} first{{/if}}{{#unless @last}}, {{/unless}}{{/each}}',
    ],
    [
      '{{#each deep.o}}{{@key}}={{.}} {{@index}}{{@first}}{{@last}}{{/each}}{{#each none}}x{{else}}none{{/each}}{{#each missing}}x{{else}}no{{/each}}',
    ],
    [
      '{{#each deep.list}}{{x}}{{#each tags}}{{../x}}{{this}}{{@../index}}{{@root.n}}{{/each}};{{/each}}',
    ],
    [
      '{{#with deep}}{{#with o}}{{k}}{{../o.k}}{{../../n}}{{/with}}{{else}}x{{/with}}{{#with missing}}x{{else}}no{{/with}}',
    ],
    ['a {{! comment }}b {{!-- }} still --}}c'],
    ['a  {{~n~}}  b {{~#if yes~}}  c  {{~/if~}}  d {{~! c ~}} e'],
    ['{{#if yes}}\n  line\n{{/if}}\nend'],
    ['start\n  {{#each list}}\n  - {{this}}\n  {{/each}}\nend\n'],
    ['{{#if no}}\na\n{{else}}\nb\n{{/if}}'],
    ['x\n{{! gone }}\ny\r\n{{#if yes}}\r\nz\r\n{{/if}}\r\n'],
    ['a {{#if yes}}\nb\n{{/if}} c\n'],
    [String.raw`\{{name}} \\{{n}} \{{a}} {{n}} x\{{`],
    [
      '{{lower name}} {{upper "aB"}} {{default missing "none"}} {{default name "none"}} {{join list ", "}}',
    ],
    ['{ {n} } }} {{n}}'],
  ])('renders %j as Handlebars does', async (template) => {
    expect(await render(template, DATA)).toBe(reference(template, DATA, true));
    expect(await render(template, DATA, 'html')).toBe(reference(template, DATA, false));
  });

  it('renders whatever is put together as Handlebars does', async () => {
    const text = fc.constantFrom('a', ' ', '\n', '  \n', 'b\n ');
    const value = fc.constantFrom(
      '{{x}}',
      '{{list}}',
      '{{../x}}',
      '{{@index}}',
      '{{this}}',
      '{{!c}}',
      '{{~x~}}',
    );
    const { node } = fc.letrec<{ node: string; block: string }>((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, text, value, tie('block')),
      block: fc
        .tuple(
          fc.constantFrom('if x', 'unless no', 'each list', 'with o', 'each no'),
          fc.array(tie('node'), { maxLength: 4 }),
          fc.option(fc.array(tie('node'), { maxLength: 3 })),
        )
        .map(([open, body, other]) => {
          const otherwise = other === null ? '' : `{{else}}${other.join('')}`;
          return `{{#${open}}}${body.join('')}${otherwise}{{/${open.split(' ')[0]}}}`;
        }),
    }));
    const data = { x: 'X', no: false, list: [{ x: 'y' }, 'two'], o: { x: 'inner' } };
    await fc.assert(
      fc.asyncProperty(fc.array(node, { maxLength: 6 }), async (parts) => {
        const template = parts.join('');
        // An empty template is refused.
        fc.pre(template !== '');
        // With escapes, because without them Handlebars adds up adjacent numbers.
        expect(await render(template, data, 'html')).toBe(reference(template, data, false));
      }),
      { numRuns: 150 },
    );
  });

  it.each([
    ['{{json deep.o}} {{length list}} {{length name}} [{{trim s}}]', '{"k":"v"} 3 12 [x]'],
    ['{{json missing}}{{length missing}}', 'null0'],
    ['{{list.1}}', 'b'],
  ])('has functions of its own: %s', async (template, expected) => {
    expect(await render(template, { ...DATA, s: ' x\n' })).toBe(expected);
  });

  it.each([
    ['{{a}}{{b.c}}', { x: 1, y: { z: 2 } }, 'there is no "a"; the fields: x, y.z'],
    ['{{output}}', { text: 'x', record: { q: 1 } }, 'no "output"; the fields: text, record.q'],
    ['{{a}}', 'text', 'the fields: none (it is a string)'],
  ])('fails if none of the fields of %j is there', async (template, data, says) => {
    await expect(render(template, data)).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      pluginMessage: expect.stringContaining(says),
    });
  });

  it.each([
    ['{{a}}|{{x}}', '|1'],
    ['{{default a "none"}}', 'none'],
    ['{{#if a}}y{{else}}n{{/if}}', 'n'],
    ['no field', 'no field'],
    ['{{nothing}}!', '!'],
  ])('renders %j, of which a part is not there', async (template, expected) => {
    expect(await render(template, { x: 1, nothing: null })).toBe(expected);
  });

  it.each([
    ['', 'Cannot fill a template: setting "template" is missing'],
    ['{{#if x}}', 'Cannot read the template: {{#if x}} has no {{/if}}, at character 0'],
    ['a{{/if}}', 'Cannot read the template: {{/if}} closes nothing, at character 1'],
    ['{{#if x}}{{/each}}', 'Cannot read the template: {{#if x}} has no {{/if}}, at character 0'],
    ['{{#list}}{{/list}}', 'there is no block "list"'],
    ['{{shout x}}', 'there is no function "shout" of 1 values'],
    ['{{x', 'the tag at character 0 has no end'],
    ['{{}}', 'a tag is empty'],
    ['{{a..b}}', 'has an empty part'],
    [`${'{{#if x}}'.repeat(70)}${'{{/if}}'.repeat(70)}`, 'more than 64 blocks within each other'],
  ])('refuses %j', async (template, message) => {
    await expect(openPlugin('template', { template })).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
      message: expect.stringContaining(message),
    });
  });
});

describe('plugin chunk', () => {
  const chunk = async (config: object, data: unknown): Promise<unknown> => {
    await using host = await openPlugin('chunk', config);
    return (await host.call<{ chunks: unknown }>(data)).data.chunks;
  };

  it.each([
    [
      { unit: 'characters', size: 2 },
      'a😀b',
      [
        ['a😀', 0, 2],
        ['b', 2, 3],
      ],
    ],
    [
      { unit: 'characters', size: 3, overlap: 2 },
      'abcde',
      [
        ['abc', 0, 3],
        ['bcd', 1, 4],
        ['cde', 2, 5],
      ],
    ],
    [
      { unit: 'words', size: 2, overlap: 1 },
      ' a  b\tc',
      [
        ['a  b', 1, 5],
        ['b\tc', 4, 7],
      ],
    ],
    [{ unit: 'words', size: 5 }, { text: 'a b' }, [['a b', 0, 3]]],
    [
      { unit: 'sentences', size: 1 },
      'Is it? "Yes." He said 3.5 is ok',
      [
        ['Is it?', 0, 6],
        ['"Yes."', 7, 13],
        ['He said 3.5 is ok', 14, 31],
      ],
    ],
    [
      { unit: 'sentences', size: 2 },
      'Title\n\nOne. Two.\nThree',
      [
        ['Title\n\nOne.', 0, 11],
        ['Two.\nThree', 12, 22],
      ],
    ],
    [
      { unit: 'sentences', size: 1 },
      '你好。再见',
      [
        ['你好。', 0, 3],
        ['再见', 3, 5],
      ],
    ],
    [{ unit: 'words' }, ' \n ', []],
  ])('%j divides %j', async (config, data, expected) => {
    const named = expected.map(([text, start, end]) => ({ text, start, end }));
    expect(await chunk(config, data)).toEqual(named);
  });

  it('gives an object its text back, in chunks', async () => {
    await using host = await openPlugin('chunk', { size: 2, overlap: 1, separator: ' / ' });
    const { data } = await host.call({ output: 'a b c', record: {} });
    expect(data).toMatchObject({ output: 'a b / b c', chunks: [{ text: 'a b' }, { text: 'b c' }] });
    await expect(host.call({ words: 'x' })).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      pluginMessage:
        'Cannot divide: expected a string, or an object with a string "text" or "output", found the fields words',
    });
  });

  it('covers the text, and repeats just the overlap', async () => {
    const unit = fc.constantFrom('a', '😀', ' ', '\n');
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit, maxLength: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.nat(5),
        async (text, size, overlap) => {
          fc.pre(overlap < size);
          const points = Array.from(text);
          const chunks = (await chunk({ unit: 'characters', size, overlap }, text)) as {
            text: string;
            start: number;
            end: number;
          }[];
          let end = 0;
          for (const [index, part] of chunks.entries()) {
            expect(part.text).toBe(points.slice(part.start, part.end).join(''));
            expect(part.start).toBe(index === 0 ? 0 : end - overlap);
            end = part.end;
          }
          expect(end).toBe(points.length);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('refuses an overlap that is no less than the size', async () => {
    await expect(openPlugin('chunk', { size: 2, overlap: 2 })).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
    });
  });
});
