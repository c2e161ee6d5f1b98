import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { loadAssemblyCompiler } from '@testbench/compiler';
import { PluginSystem } from '@testbench/core';
import PluginTransform from '@testbench/plugins-sdk/transform';
import { compileSources } from '@testbench/sdk/compile';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

import { generateSource } from './generate-source.js';
import { GSM8K_RECIPE } from '../samples/gsm8k-recipe.js';
import { type Check, FRESH_CHECK, FRESH_RECIPE, type Recipe, type Step } from './recipe.js';

const workspace = fileURLToPath(new URL('../../../../..', import.meta.url));
const LIBRARY = '@testbench/plugins-sdk/';

/** Builds a source as the page does, and calls it with each data object. */
async function scoresOf(source: string, data: readonly object[]): Promise<unknown[]> {
  const { bytes } = await compileSources({
    compiler: await loadAssemblyCompiler(),
    transform: PluginTransform,
    optimize: 'none',
    files: {
      list: () => [],
      read: (name) => {
        if (name === 'assembly/index.ts') return source;
        if (name === 'package.json') return '{ "version": "0.1.0" }';
        const at = name.lastIndexOf(LIBRARY);
        if (at < 0) return null;
        try {
          return readFileSync(
            join(workspace, 'plugins-sdk', name.slice(at + LIBRARY.length)),
            'utf8',
          );
        } catch {
          return null;
        }
      },
    },
  });
  await using system = new PluginSystem({ isolation: 'inline' });
  const plugin = await system.loadPluginFromBytes('draft', bytes);
  const results = await plugin.batch(data);
  return results.map((result) =>
    result.status === 'fulfilled' ? result.value.data : (result.reason as Error).message,
  );
}

function recipeOf(checks: readonly Check[], more: Partial<Recipe> = {}): Recipe {
  return { ...FRESH_RECIPE, ...more, checks };
}

function leftOf(...steps: readonly Step[]): Check {
  return { ...FRESH_CHECK, left: { origin: 'output', value: '', steps } };
}

/** The kinds of all tokens of a source, in order, and the texts of its literals. */
function tokensOf(source: string): {
  readonly kinds: readonly string[];
  readonly texts: readonly string[];
} {
  const scanner = ts.createScanner(
    ts.ScriptTarget.Latest,
    true,
    ts.LanguageVariant.Standard,
    source,
  );
  const kinds: string[] = [];
  const texts: string[] = [];
  for (let token = scanner.scan(); token !== ts.SyntaxKind.EndOfFileToken; token = scanner.scan()) {
    const isText = token === ts.SyntaxKind.StringLiteral;
    if (isText) texts.push(scanner.getTokenValue());
    if (scanner.isUnterminated()) kinds.push('UNTERMINATED');
    kinds.push(isText ? 'TEXT' : scanner.getTokenText());
  }
  return { kinds, texts };
}

/** A recipe with a text in every possible place. */
function filledWith(text: string): Recipe {
  const steps: Step[] = [
    { kind: 'after', marker: text, which: 'last' },
    { kind: 'before', marker: text, which: 'first' },
    { kind: 'regex', pattern: text, group: 1, which: 'last', ignoreCase: true },
    { kind: 'json', path: text },
    { kind: 'remove', marker: text },
    { kind: 'replace', marker: text, replacement: text },
  ];
  const left = { origin: 'field', value: text, steps } as const;
  const right = { origin: 'text', value: text, steps } as const;
  return recipeOf([{ ...FRESH_CHECK, left, right }], { name: 'metric', description: `!${text}` });
}

const HOSTILE = [
  '"); abort(); ("',
  "'; drop",
  '`${owned}`',
  '*/ abort(); /*',
  '// gone',
  '\\',
  '\\"',
  '\n@plugin({}) export class Other {}\n',
  '\r\n',
  '\u2028abort();\u2029',
  '\u202Eevil\u2066',
  '\uD800',
  '\0',
  '$PATTERN $& $1',
  '</script><script>owned()</script>',
  '{{NAME}}',
];

describe('generateSource()', () => {
  it('writes what a person would write', async () => {
    const source = generateSource(GSM8K_RECIPE);
    await expect(source).toMatchFileSnapshot('__fixtures__/final-answer.txt');
  });

  it.each(HOSTILE)('lets %j become no code', (text) => {
    const { kinds, texts } = tokensOf(generateSource(filledWith(text)));
    expect(kinds).toEqual(tokensOf(generateSource(filledWith('a'))).kinds);
    expect(texts.filter((each) => each === text).length).toBeGreaterThanOrEqual(8);
  });

  it('lets no text become code', () => {
    const { kinds } = tokensOf(generateSource(filledWith('a')));
    const unit = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('"', '\\', '\n', '*/', '`', '${', '\u2028', '\uD800', 'u0022', '$PATTERN'),
    );
    fc.assert(
      fc.property(
        fc.array(unit).map((parts) => parts.join('')),
        (text) => {
          expect(tokensOf(generateSource(filledWith(text))).kinds).toEqual(kinds);
        },
      ),
    );
  });

  it('takes a name of any kind for the class', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const source = generateSource({ ...FRESH_RECIPE, name });
        expect(source).toMatch(/^export class [A-Z][A-Za-z0-9]*Plugin extends Evaluator \{$/m);
      }),
    );
  });

  it('writes numbers that a compiler reads, whatever the recipe says', () => {
    const numbers = [Number.NaN, Infinity, -1, 1e-30, 1e300, 0.1 + 0.2];
    for (const number of numbers) {
      const check = {
        ...FRESH_CHECK,
        comparison: 'number',
        tolerance: number,
        weight: number,
      } as const;
      const source = generateSource(recipeOf([check, check], { threshold: number }));
      expect(source).not.toMatch(/NaN|Infinity|\de[+-]?\d/);
    }
  });

  it('compiles with every step, and every step does what its name says', async () => {
    const steps: readonly (readonly [Step, string, string])[] = [
      [{ kind: 'after', marker: '#', which: 'first' }, 'a#b#c', 'b#c'],
      [{ kind: 'after', marker: '#', which: 'last' }, 'a#b#c', 'c'],
      [{ kind: 'before', marker: '#', which: 'first' }, 'a#b#c', 'a'],
      [{ kind: 'line', which: 'last' }, 'a\nb\n\n', 'b'],
      [{ kind: 'line', which: 'first' }, '\na\nb', 'a'],
      [
        { kind: 'regex', pattern: '(\\d)x', group: 1, which: 'last', ignoreCase: true },
        '1x 2X',
        '2',
      ],
      [{ kind: 'json', path: '$.a[1]["b"]' }, 'so: {"a": [0, {"b": 7}]}', '7'],
      [{ kind: 'number', which: 'first' }, 'it is 1,234.5 or 6', '1234.5'],
      [{ kind: 'number', which: 'last' }, 'it is 1,234.5 or 6', '6'],
      [{ kind: 'remove', marker: ',' }, '1,2,3', '123'],
      [{ kind: 'replace', marker: ',', replacement: ';' }, '1,2', '1;2'],
      [{ kind: 'trim' }, '  a ', 'a'],
      [{ kind: 'spaces' }, ' a   b ', 'a b'],
      [{ kind: 'lower' }, 'ÄB', 'äb'],
      [{ kind: 'punctuation' }, 'a.b!', 'ab'],
      [{ kind: 'answer' }, 'The  Cat!', 'cat'],
    ];
    const checks = steps.map(([step, text, expected]) => ({
      ...FRESH_CHECK,
      left: { origin: 'text', value: text, steps: [step] },
      right: { origin: 'text', value: expected, steps: [] },
    })) as Check[];
    const [result] = await scoresOf(generateSource(recipeOf(checks)), [{ output: '' }]);
    const { metrics } = result as { metrics: Record<string, number> };
    expect(Object.entries(metrics).filter(([, score]) => score !== 1)).toEqual([]);
    expect(Object.keys(metrics)).toHaveLength(steps.length);
  });

  it('compares, weighs and combines', async () => {
    const checks: Check[] = [
      { ...FRESH_CHECK, weight: 3 },
      { ...FRESH_CHECK, comparison: 'contains' },
      { ...FRESH_CHECK, comparison: 'number', tolerance: 0.1 },
      { ...FRESH_CHECK, comparison: 'similar', weight: 0 },
      { ...FRESH_CHECK, comparison: 'found', weight: 0, isNegated: true },
    ];
    const source = generateSource(recipeOf(checks));
    const data = [
      { output: '100', expected: ['7', '100'] },
      { output: 'it is 105', expected: '100' },
      { output: '', expected: '' },
      { expected: '1' },
    ];
    expect(await scoresOf(source, data)).toEqual([
      expect.objectContaining({
        score: 1,
        metrics: { check_1: 1, check_2: 1, check_3: 1, check_4: 1, check_5: 0 },
      }),
      expect.objectContaining({ score: 0.2, explanation: 'it is 105' }),
      expect.objectContaining({ score: 0, metrics: expect.objectContaining({ check_5: 1 }) }),
      expect.stringContaining('field "output" is missing'),
    ]);
  });

  it('gives 0 or 1 with a threshold, and logs every step for the preview', async () => {
    const check = leftOf({ kind: 'trim' });
    const recipe = recipeOf([{ ...check, comparison: 'similar' }], { threshold: 0.5 });
    const source = generateSource(recipe, { isTraced: true });
    expect(source).toContain('showStep("0 left 0", text);');
    const data = [
      { output: ' abcx ', expected: 'abcd' },
      { output: 'x', expected: 'abcd' },
    ];
    expect(await scoresOf(source, data)).toEqual([
      expect.objectContaining({ score: 1 }),
      expect.objectContaining({ score: 0 }),
    ]);
  });

  it('does what hostile texts say as texts', async () => {
    const checks = HOSTILE.filter((text) => text !== '\uD800').map((text): Check => {
      const steps: Step[] = [{ kind: 'after', marker: text, which: 'first' }];
      const left = { origin: 'output', value: '', steps } as const;
      return Object.assign({}, FRESH_CHECK, {
        left,
        right: { origin: 'text', value: 'x', steps: [] },
      });
    });
    const data = HOSTILE.filter((text) => text !== '\uD800').map((text) => ({
      output: `${text}x`,
    }));
    const results = await scoresOf(generateSource(recipeOf(checks, { combination: 'any' })), data);
    expect(results.map((result) => (result as { score: number }).score)).toEqual(data.map(() => 1));
  });
});
