import { readdirSync, readFileSync } from 'node:fs';

import type { TestHost } from '@testbench/sdk';
import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

const REFUSED = 'CALL_INVALID_INPUT';
/** The score for a blank expected answer, or the error of the call: for the answer "x", and for an empty one. */
type Outcome = readonly [given: number | typeof REFUSED, empty: number | typeof REFUSED];
const refused: Outcome = [REFUSED, REFUSED];
/** As in the metric's reference implementation: an empty text equals an empty one. */
const equal: Outcome = [0, 1];
/** As in the metric's reference implementation: empty texts have nothing in common. */
const nothing: Outcome = [0, 0];

const FORMS = {
  empty: '',
  space: ' \n',
  null: null,
  'list of an empty text': [''],
  'list of null': [null],
  'list of an empty text and another': ['', 'y'],
  'empty list': [],
};
type Form = keyof typeof FORMS;

/** How an evaluator handles each form: most treat empty texts in one way, and refuse values that are not texts. */
const row = (blank: Outcome, rest: Partial<Record<Form, Outcome>> = {}): Record<Form, Outcome> => ({
  empty: blank,
  space: blank,
  null: refused,
  'list of an empty text': blank,
  'list of null': refused,
  'list of an empty text and another': blank,
  'empty list': refused,
  ...rest,
});

const TABLE: Readonly<
  Record<string, readonly (readonly [config: object, expected: Record<Form, Outcome>])[]>
> = {
  // Every answer contains a blank.
  contains: [
    [{}, row(refused)],
    [{ require: 'none' }, row(refused)],
    [{ require: 'share' }, row(refused)],
  ],
  match: [
    [{}, row(refused)],
    [{ location: 'begin' }, row(refused)],
    [{ location: 'any' }, row(refused)],
    [{ numeric: true }, row(refused)],
    [{ location: 'exact' }, row(equal)],
  ],
  'regex-match': [
    [{}, row(refused)],
    [{ whole: true }, row(refused)],
    [{ pattern: '(.*)', compare_group: true }, row(equal)],
  ],
  'list-contains': [[{}, row(refused, { 'empty list': nothing })]],
  // A missing number cannot be compared.
  'numeric-match': [
    [{}, row(refused)],
    [{ compare: 'number' }, row(refused)],
  ],
  'numeric-diff': [[{}, row(refused)]],
  // No schema.
  'json-schema': [[{}, row(refused)]],
  // Equal only to itself.
  'exact-match': [
    [{}, row(equal)],
    [{ ignore_space: false }, row(equal, { space: nothing })],
    [
      { compare_json: true },
      row(equal, {
        space: nothing,
        null: nothing,
        'list of an empty text': nothing,
        'list of null': nothing,
        'list of an empty text and another': nothing,
        'empty list': nothing,
      }),
    ],
  ],
  // As in their reference implementations.
  'token-f1': [
    [{}, row(nothing)],
    [{ version: '2.0' }, row(equal, { 'empty list': equal })],
  ],
  levenshtein: [[{}, row(equal, { space: nothing })]],
  'error-rate': [
    [{}, row(equal)],
    [{ unit: 'character' }, row(equal)],
  ],
  rouge: [[{}, row(nothing)]],
  bleu: [[{}, row(nothing)]],
  'bleu-nltk': [[{}, row(nothing)]],
  gleu: [[{}, row(nothing)]],
  chrf: [[{}, row(nothing)]],
  ter: [[{}, row(equal)]],
  // No class has an empty name.
  classification: [[{}, row(refused)]],
};

/** Evaluators whose expected answer is not a text, or that need none. */
const OTHERS = [
  'cosine',
  'image-info',
  'image-similarity',
  'json-diff',
  'json-validity',
  'llm-judge',
  'readability',
  'semantic-similarity',
  'tool-calls',
  'trajectory',
];

async function outcome(host: TestHost, data: object): Promise<number | string> {
  try {
    return (await host.call<{ score: number }>(data)).data.score;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('a blank right answer', () => {
  const rows = Object.entries(TABLE).flatMap(([name, configs]) =>
    configs.map(([config, expected]) => [name, config, expected] as const),
  );
  it.each(rows)('in %s %j', async (name, config, expected) => {
    await using host = await openPlugin(name, config);
    const found: Record<string, readonly (number | string)[]> = {};
    for (const [form, blank] of Object.entries(FORMS)) {
      found[form] = [
        await outcome(host, { output: 'x', expected: blank }),
        await outcome(host, { output: '', expected: blank }),
      ];
    }
    expect(found).toEqual(expected);
  });

  it.each(['exact-match', 'json-diff'])(
    'that is not there at all is no null in %s',
    async (name) => {
      const config = name === 'exact-match' ? { compare_json: true } : {};
      await using host = await openPlugin(name, config);
      expect(await outcome(host, { output: null, expected: null })).toBe(1);
      expect(await outcome(host, { output: null })).toBe(REFUSED);
    },
  );

  it.each(['error-rate', 'gleu', 'bleu-nltk', 'bleu', 'chrf', 'ter'])(
    'of a sentence in a corpus is not null in %s',
    async (name) => {
      await using host = await openPlugin(name);
      for (const expected of [[null], [[null]], [[]]]) {
        expect(await outcome(host, { output: [''], expected })).toBe(REFUSED);
      }
    },
  );

  it.each([null, [null], []])('%j is refused by the classic signature, too', async (expected) => {
    await using host = await openPlugin('length-ratio');
    expect(await outcome(host, { output: '', expected })).toBe(REFUSED);
  });

  it.each<[string, object]>([
    ['contains', { texts: [''] }],
    ['contains', { texts: ['x', ' '] }],
    ['word-list', { words: [' '] }],
    ['extract', { by: 'regex' }],
  ])('in the configuration of %s stops the loading: %j', async (name, config) => {
    await expect(openPlugin(name, config)).rejects.toMatchObject({ code: 'LOAD_INIT_FAILED' });
  });

  it('is looked for in every evaluator', () => {
    const folder = new URL('../', import.meta.url);
    const evaluators = readdirSync(folder).filter((name) => {
      try {
        const source = readFileSync(new URL(`${name}/assembly/index.ts`, folder), 'utf8');
        return /extends \w*Evaluator\b/.test(source);
      } catch {
        return false;
      }
    });
    const known = new Set([...Object.keys(TABLE), ...OTHERS]);
    expect(evaluators.filter((name) => !known.has(name))).toEqual([]);
  });
});
