import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

/** What the plugin returns. */
interface Result {
  readonly score: number;
  readonly metrics: { readonly is_json: number; readonly errors: number };
  readonly explanation?: string;
}

const person = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer', minimum: 0 } },
  additionalProperties: false,
};

describe('plugin json-schema', () => {
  it.each([
    ['{"name":"Ann","age":3}', 1, undefined],
    ['Here:\n```json\n{"name": "Ann"}\n```', 1, undefined],
    [{ name: 'Ann' }, 1, undefined],
    [
      '{"name":"A","age":1.5,"x":1}',
      0,
      '/name has 1 characters, minLength is 2; /age is a number, expected integer; /x is not allowed',
    ],
    ['[]', 0, '/ is a list, expected object'],
    ['{}', 0, '/ has no "name"'],
    ['none', 0, 'the answer is not JSON'],
    ['null', 0, '/ is null, expected object'],
  ])('judges %j', async (output, score, explanation) => {
    await using host = await openPlugin('json-schema', { schema: person });
    const { data } = await host.call<Result>({ output });
    expect(data).toMatchObject({ score });
    expect(data.explanation).toBe(explanation);
  });

  it('takes the schema from the record, and the whole answer only if told so', async () => {
    await using host = await openPlugin('json-schema', { find: false });
    const judge = async (output: string): Promise<number> =>
      (
        await host.call<Result>({
          output,
          expected: { type: 'array', contains: { pattern: '^b' } },
        })
      ).data.score;
    expect(await judge('["ab","bc"]')).toBe(1);
    expect(await judge('["ab"]')).toBe(0);
    expect(await judge('x ["bc"]')).toBe(0);
  });

  it.each([
    [{ $ref: '#/$defs/none' }, 'refers to "#/$defs/none", which is not within the schema'],
    [
      { items: { unevaluatedItems: false } },
      '#/items has "unevaluatedItems", which is not known here',
    ],
    [{ properties: 5 }, '#/properties is a number, expected an object'],
    [{ pattern: '(' }, 'Cannot read the regular expression'],
  ])('refuses %j', async (schema, message) => {
    await expect(openPlugin('json-schema', { schema })).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
      message: expect.stringContaining(message),
    });
  });

  it.each([
    [19.99, 0.01, 1],
    [0.3, 0.1, 1],
    [4.351, 0.01, 0],
    [9_007_199_254_740_991, 2, 0],
    [1e300, 7, 0],
  ])('takes %d for a multiple of %d: %d', async (output, multipleOf, score) => {
    await using host = await openPlugin('json-schema', { schema: { multipleOf } });
    expect((await host.call<Result>({ output })).data.score).toBe(score);
  });

  it('quotes no more of a schema than a line', async () => {
    const choices = Array.from({ length: 1000 }, (_, index) => index);
    await using host = await openPlugin('json-schema', { schema: { enum: choices } });
    expect((await host.call<Result>({ output: '-1' })).data.explanation!.length).toBeLessThan(130);
  });

  it('ends a reference that leads to itself', async () => {
    await using host = await openPlugin('json-schema', { schema: { $ref: '#' } });
    await expect(host.call({ output: '1' })).rejects.toMatchObject({ code: 'CALL_PLUGIN_FAILED' });
  });
});

/** A group of the official test suite. */
interface Group {
  readonly description: string;
  readonly schema: object;
  readonly tests: readonly {
    readonly description: string;
    readonly data: unknown;
    readonly valid: boolean;
  }[];
}

const require = createRequire(import.meta.url);
const folder = join(
  dirname(require.resolve('json-schema-test-suite/package.json')),
  'tests/draft4',
);
/** Keywords that draft 4 spells differently from 2020-12, and schemas fetched from elsewhere. */
const OLD =
  /"(?:additionalItems|dependencies|id|exclusiveM(?:in|ax)imum":true)|"items":\[|json-schema\.org|localhost/;

describe('the official test suite', () => {
  const groups = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name): Group[] => JSON.parse(readFileSync(join(folder, name), 'utf8')))
    .filter(({ schema }) => !OLD.test(JSON.stringify(schema)));

  it(`agrees on ${groups.flatMap(({ tests }) => tests).length} cases of what draft 4 and 2020-12 have in common`, async () => {
    await using host = await openPlugin('json-schema', { find: false });
    const wrong: string[] = [];
    for (const { description, schema, tests } of groups) {
      for (const test of tests) {
        const { data } = await host.call<Result>({
          output: JSON.stringify(test.data),
          expected: schema,
        });
        if ((data.score === 1) !== test.valid) wrong.push(`${description}: ${test.description}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

/** Schemas with the keywords added since then, each tested against arbitrary values. */
const SCHEMAS: readonly object[] = [
  { prefixItems: [{ type: 'integer' }, { type: 'string' }], items: { type: 'boolean' } },
  { contains: { type: 'integer' }, minContains: 2, maxContains: 3 },
  {
    if: { type: 'object', required: ['a'] },
    // oxlint-disable-next-line unicorn/no-thenable -- the keyword
    then: { required: ['b'] },
    else: { type: ['array', 'integer', 'string'] },
  },
  {
    dependentRequired: { a: ['b', 'c'] },
    dependentSchemas: { b: { properties: { c: { type: 'integer' } } } },
  },
  { propertyNames: { enum: ['a', 'b'] } },
  { const: { a: 1, b: [true] } },
  { type: 'array', uniqueItems: true, items: { exclusiveMinimum: -1, exclusiveMaximum: 3 } },
  {
    $defs: { tree: { type: 'object', properties: { a: { $ref: '#/$defs/tree' } } } },
    $ref: '#/$defs/tree',
    minProperties: 1,
  },
  { oneOf: [{ type: 'integer' }, { minimum: 1 }], not: { const: 3 } },
  { patternProperties: { '^a': { type: 'integer' } }, additionalProperties: { type: 'string' } },
  { multipleOf: 0.5, type: ['number', 'null'] },
  { minLength: 1, maxLength: 2, pattern: '^[a-c]' },
];

describe('draft 2020-12', () => {
  const leaf = fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    1,
    2,
    3,
    1.5,
    -1,
    '',
    'a',
    'b',
    'cc',
    '😀',
    'abc',
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom('a', 'b', 'c', 'ab'), tie('value'), {
        maxKeys: 3,
        noNullPrototype: true,
      }),
    ),
  }));
  it.each(SCHEMAS)('%j: agrees with ajv', async (schema) => {
    const validate = new Ajv2020({ strict: false }).compile(schema);
    await using host = await openPlugin('json-schema', { schema });
    await fc.assert(
      fc.asyncProperty(value, async (output) => {
        const { data } = await host.call<Result>({ output: JSON.stringify(output) });
        expect(data.score).toBe(validate(output) ? 1 : 0);
      }),
      { numRuns: 200 },
    );
  });
});
