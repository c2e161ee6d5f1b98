import fc from 'fast-check';
import Handlebars from 'handlebars';
import { describe, expect, it } from 'vitest';

import { parseTemplate, TemplateError } from './parse-template.js';
import { renderTemplate } from './render-template.js';

const render = (template: string, data: Record<string, unknown>): string =>
  renderTemplate(parseTemplate(template), data);

const engine = Handlebars.create();
engine.registerHelper('lower', (value: string) => value.toLowerCase());
engine.registerHelper('default', (value: unknown, other: unknown) =>
  engine.Utils.isEmpty(value) ? other : value,
);
engine.registerHelper('join', (value: unknown[], separator: string) => value.join(separator));

// With escapes, because without them Handlebars adds up numbers that are next to each other; no text here contains characters that are escaped.
const reference = (template: string, data: unknown): string => engine.compile(template)(data);

const DATA = {
  question: '2+2?',
  n: 0,
  yes: true,
  no: false,
  nothing: null,
  empty: '',
  none: [],
  choices: ['3', '4'],
  deep: { list: [{ x: 1 }, { x: 2 }], 'odd key': 'odd', o: { k: 'v' } },
};

describe('renderTemplate()', () => {
  it.each([
    'Q: {{question}} {{{question}}} {{&question}}',
    '{{deep.o.k}} {{deep/o/k}} {{deep.[odd key]}} {{choices.[1]}} {{choices.length}} {{question.length}}',
    '{{nothing}}|{{n}}|{{yes}}|{{no}}|{{choices}}|{{none}}|{{this.n}} {{./n}} {{@root.deep.o.k}}',
    '{{#each choices}}{{@index}}) {{this}}{{#unless @last}}, {{/unless}}{{/each}}',
    '{{#each deep.o}}{{@key}}={{.}} {{@first}}{{/each}}{{#each none}}x{{else}}none{{/each}}',
    '{{#if missing}}y{{else if n}}n{{else}}none{{/if}}{{#unless missing}}u{{/unless}}',
    '{{#with deep.o}}{{k}} {{../question}}{{/with}}{{#with n}}{{.}}{{/with}}{{#with no}}x{{^}}no{{/with}}',
    '{{#each deep.list}}\n  {{#each ../choices}}\n{{@../index}}{{@index}}\n  {{/each}}\n{{/each}}',
    'a {{~question~}} b {{!-- {{c}} --}}{{! d }}',
    String.raw`\{{question}} \\{{question}} \{{a}} {{question}}`,
    '{{lower question}} {{default missing "d"}} {{default empty question}} {{join choices "; "}}',
  ])('renders %j as Handlebars does', (template) => {
    expect(render(template, DATA)).toBe(reference(template, DATA));
  });

  it('renders whatever is put together as Handlebars does, or refuses it for a field', () => {
    const text = fc.constantFrom('a', ' ', '\n', '  \n', 'b\n ');
    const value = fc.constantFrom(
      '{{x}}',
      '{{list}}',
      '{{../x}}',
      '{{@index}}',
      '{{!c}}',
      '{{~x~}}',
    );
    const { node } = fc.letrec<{ node: string; block: string }>((tie) => ({
      node: fc.oneof({ maxDepth: 3 }, text, value, tie('block')),
      block: fc
        .tuple(
          fc.constantFrom('if x', 'unless no', 'each list', 'with o', 'each none'),
          fc.array(tie('node'), { maxLength: 4 }),
          fc.option(fc.array(tie('node'), { maxLength: 3 })),
        )
        .map(([open, body, other]) => {
          const otherwise = other === null ? '' : `{{else}}${other.join('')}`;
          return `{{#${open}}}${body.join('')}${otherwise}{{/${open.split(' ')[0]}}}`;
        }),
    }));
    const inner = { x: 'y', list: ['p'], o: { x: 'z', list: [], o: {} }, no: false, none: [] };
    const data = { x: 'X', no: false, list: [inner, inner], o: inner, none: [] };
    let rendered = 0;
    fc.assert(
      fc.property(fc.array(node, { maxLength: 6 }), (parts) => {
        const template = parts.join('');
        let found: string | undefined;
        let refusal = 'there is no';
        try {
          found = render(template, data);
          rendered += 1;
        } catch (error) {
          refusal = (error as Error).message;
        }
        expect(refusal).toMatch(/^there is no|is an object/);
        expect(found ?? reference(template, data)).toBe(reference(template, data));
      }),
      { numRuns: 500 },
    );
    expect(rendered).toBeGreaterThan(100);
  });

  it.each([
    ['{{choices.0}}{{deep.list.1.x}} {{#each choices.0}}x{{else}}{{/each}}', '32 '],
    [
      String.raw`\{{choices.0}} \\{{choices.0}} {{default choices.9 "a.0"}}`,
      String.raw`{{choices.0}} \3 a.0`,
    ],
    [
      '{{upper question}}{{trim " a "}}{{json deep.o}}{{length choices}}{{length "é"}}',
      '2+2?a{"k":"v"}21',
    ],
    ['{{json nothing}}{{default nothing 5}}', 'null5'],
  ])('has what the plugin has beyond it: %s', (template, expected) => {
    expect(render(template, DATA)).toBe(expected);
  });

  it.each([
    ['{{quesiton}}', 'there is no "quesiton"; the fields: question, n, yes'],
    ['{{deep.o.j}}', 'there is no "deep.o.j"; the fields: question'],
    ['{{#each choises}}{{/each}}', 'there is no "choises"'],
    ['{{#each deep.list}}{{y}}{{/each}}', 'there is no "y"; the fields here: x'],
    ['{{lower missing}}', 'there is no "missing"'],
    ['{{@index}}', 'there is no "@index"'],
    ['{{constructor}}', 'there is no "constructor"'],
    ['{{question.constructor}}', 'there is no "question.constructor"'],
    ['{{deep.o}}', '"deep.o" is an object; write a field of it, or {{json deep.o}}'],
    ['{{deep.list}}', '"deep.list" is an object'],
  ])('refuses %s', (template, message) => {
    expect(() => render(template, DATA)).toThrow(TemplateError);
    expect(() => render(template, DATA)).toThrow(message);
  });

  it('stops at a text beyond all measure', () => {
    const list = Array.from({ length: 300 }, () => 'x'.repeat(100));
    const template =
      '{{#each list}}{{#each ../list}}{{#each ../../list}}{{.}}{{/each}}{{/each}}{{/each}}';
    expect(() => render(template, { list })).toThrow('the text has more than 8388608 characters');
  });
});

describe('parseTemplate()', () => {
  it.each([
    ['a\n{{#if x}}', 'a tag is wrong or has no end in line 2'],
    ['{{a', 'a tag is wrong or has no end in line 1'],
    ['{{#if x}}{{/each}}', "if doesn't match each"],
    [
      '{{#list x}}{{/list}}',
      'there is no block "list"; there are if, unless, each and with, in line 1',
    ],
    ['{{#x}}{{/x}}', 'there is no block "x"'],
    [
      '\n{{sum a b}}',
      'there is no function "sum" of 2 values; there are lower, upper, trim, json, length, default and join, in line 2',
    ],
    ['{{lower (upper a)}}', 'there are no functions within functions'],
    ['{{lower a b=1}}', 'there are no named values'],
    ['{{> partial}}', 'there are no partials'],
    ['{{#each a as |b|}}{{/each}}', 'there is no "as |name|"'],
    ['{{#if x}}'.repeat(501) + '{{/if}}'.repeat(501), 'it has more than 1000 tags'],
  ])('refuses %.40s', (template, message) => {
    expect(() => parseTemplate(template)).toThrow(TemplateError);
    expect(() => parseTemplate(template)).toThrow(message);
  });
});
