import type { TestHost } from '@testbench/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';
import { ter } from '../../benchmarks/src/ter-reference.js';

/** What the evaluators return. */
interface Result {
  readonly score: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const call = async (host: TestHost, output: unknown, expected: unknown): Promise<Result> =>
  (await host.call<Result>({ output, expected })).data;

const word = fc.constantFrom('a', 'b', 'c', 'dd', 'é', '😀', 'x.', 'The');
const sentence = fc.array(word, { maxLength: 14 }).map((words) => words.join(' '));
const full = fc.array(word, { minLength: 1, maxLength: 14 }).map((words) => words.join(' '));
const pairs = fc.array(fc.tuple(sentence, full), { minLength: 1, maxLength: 5 });

/** Plugin, configuration, and whether the score stays the same when the sides are swapped. */
const METRICS: readonly (readonly [plugin: string, config: object, symmetric: boolean])[] = [
  ['levenshtein', {}, true],
  ['error-rate', {}, false],
  ['error-rate', { unit: 'character' }, false],
  ['ter', {}, false],
  ['bleu', { smooth_method: 'none' }, false],
  ['bleu', { tokenize: 'intl' }, false],
  ['bleu', { tokenize: 'char' }, false],
  ['bleu-nltk', { weights: [0.5, 0.5] }, false],
  ['gleu', {}, true],
  ['chrf', {}, false],
  ['chrf', { word_order: 2 }, false],
  ['chrf', { beta: 1 }, true],
  ['rouge', { type: 'rouge1' }, true],
  ['rouge', { type: 'rougeL' }, true],
  ['rouge', { type: 'rougeLsum', use_stemmer: true }, false],
  ['token-f1', { normalize: false }, true],
];

describe.each(METRICS)('%s %j', (plugin, config, symmetric) => {
  it(`is between 0 and 1, and 1 for what is equal${symmetric ? '; the sides may change places' : ''}`, async () => {
    await using host = await openPlugin(plugin, config);
    await fc.assert(
      fc.asyncProperty(sentence, full, async (output, expected) => {
        const { score } = await call(host, output, expected);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        const swapped = symmetric ? (await call(host, expected, output)).score : score;
        expect(swapped).toBeCloseTo(score, 12);
        // rouge knows only the letters from a to z, and a single word has no word pairs.
        const text = `a b ${output} c d`;
        expect((await call(host, text, text)).score).toBeCloseTo(1, 12);
      }),
      { numRuns: 60 },
    );
  });
});

describe('statistics of sentences', () => {
  /** The sums of each sentence's metrics, and the result for all sentences at once. */
  async function both(
    host: TestHost,
    list: readonly (readonly [output: string, expected: string])[],
    streams: boolean,
  ): Promise<{ sum: (name: string) => number; corpus: Result }> {
    const results: Result[] = [];
    for (const [output, expected] of list) results.push(await call(host, output, expected));
    const outputs = list.map(([output]) => output);
    const references = list.map(([, expected]) => expected);
    return {
      sum: (name) => results.reduce((total, { metrics }) => total + metrics[name]!, 0),
      corpus: await call(host, outputs, streams ? [references] : references.map((text) => [text])),
    };
  }

  it('give the BLEU of a corpus', async () => {
    await using host = await openPlugin('bleu', { smooth_method: 'none', max_ngram_order: 2 });
    await fc.assert(
      fc.asyncProperty(pairs, async (list) => {
        const { sum, corpus } = await both(host, list, true);
        const precision = (order: number): number =>
          sum(`correct_${order}`) / sum(`total_${order}`);
        const given = sum('output_length');
        const penalty = given > 0 ? Math.exp(Math.min(0, 1 - sum('reference_length') / given)) : 0;
        const bleu = 100 * penalty * Math.sqrt(precision(1) * precision(2));
        expect(corpus.metrics['bleu']).toBeCloseTo(Number.isNaN(bleu) ? 0 : bleu, 9);
      }),
      { numRuns: 60 },
    );
  });

  it('give the chrF of a corpus', async () => {
    await using host = await openPlugin('chrf', { char_order: 2 });
    await fc.assert(
      fc.asyncProperty(pairs, async (list) => {
        const { sum, corpus } = await both(host, list, true);
        const orders = [1, 2].filter((n) => sum(`given_${n}`) > 0 && sum(`expected_${n}`) > 0);
        const mean = (side: string): number =>
          orders.reduce((total, n) => total + sum(`matches_${n}`) / sum(`${side}_${n}`), 0) /
          orders.length;
        const [precision, recall] = [mean('given'), mean('expected')];
        const chrf = (500 * precision * recall) / (4 * precision + recall);
        expect(corpus.metrics['chrf']).toBeCloseTo(Number.isNaN(chrf) ? 0 : chrf, 9);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['ter', {}, true, 'num_edits', 'ref_length', 'ter', 100],
    ['error-rate', { unit: 'character' }, false, 'errors', 'characters', 'cer', 1],
  ] as const)(
    'give the rate of %s over a corpus',
    async (plugin, config, streams, top, bottom, name, factor) => {
      await using host = await openPlugin(plugin, config);
      await fc.assert(
        fc.asyncProperty(pairs, async (list) => {
          const results: Result[] = [];
          for (const [output, expected] of list) results.push(await call(host, output, expected));
          const sum = (key: string): number =>
            results.reduce((all, { metrics }) => all + metrics[key]!, 0);
          const references = list.map(([, expected]) => expected);
          const corpus = await call(
            host,
            list.map(([output]) => output),
            streams ? [references] : references,
          );
          expect(corpus.metrics[name]).toBeCloseTo((factor * sum(top)) / sum(bottom), 9);
        }),
        { numRuns: 60 },
      );
    },
  );
});

/** Alignments from the whole table, traced back like rapidfuzz does. */
function countErrors(reference: readonly string[], output: readonly string[]): object {
  const table = Array.from({ length: output.length + 1 }, (_, row) =>
    Array.from({ length: reference.length + 1 }, (__, column) => (row === 0 ? column : row)),
  );
  for (let row = 1; row <= output.length; row += 1) {
    for (let column = 1; column <= reference.length; column += 1) {
      const pair =
        table[row - 1]![column - 1]! + (output[row - 1] === reference[column - 1] ? 0 : 1);
      table[row]![column] = Math.min(
        pair,
        table[row - 1]![column]! + 1,
        table[row]![column - 1]! + 1,
      );
    }
  }
  let [row, column] = [output.length, reference.length];
  const result = { hits: 0, substitutions: 0, deletions: 0, insertions: 0 };
  while (row > 0 && column > 0) {
    if (table[row]![column] === table[row]![column - 1]! + 1) {
      result.deletions += 1;
      column -= 1;
      continue;
    }
    row -= 1;
    if (row > 0 && table[row]![column]! + 1 === table[row]![column - 1]!) {
      result.insertions += 1;
      continue;
    }
    column -= 1;
    result[output[row] === reference[column] ? 'hits' : 'substitutions'] += 1;
  }
  result.deletions += column;
  result.insertions += row;
  return result;
}

describe('bit vectors', () => {
  it('align words as the whole table does, over one block and several', async () => {
    await using host = await openPlugin('error-rate');
    const words = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 150 });
    await fc.assert(
      fc.asyncProperty(words, words, async (output, expected) => {
        // Different ends: common ones are removed first.
        const given = ['x', ...output, 'y'];
        const reference = ['v', ...expected, 'w'];
        const { metrics } = await call(host, given.join(' '), reference.join(' '));
        expect(metrics).toMatchObject(countErrors(reference, given));
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['few different words', 3, 60, 60],
    ['many different words', 30, 90, 90],
    ['a short answer to a long reference', 6, 12, 150],
    ['a long answer to a short reference', 6, 150, 12],
    ['a very short one', 3, 2, 180],
  ])('find the edits of TER that plain code finds: %s', async (_, size, most, longest) => {
    await using host = await openPlugin('ter');
    const token = fc.integer({ min: 0, max: size - 1 }).map((value) => `w${value}`);
    const side = (maxLength: number) => fc.array(token, { minLength: 1, maxLength });
    await fc.assert(
      fc.asyncProperty(side(most), side(longest), async (output, expected) => {
        const { metrics } = await call(host, output.join(' '), expected.join(' '));
        expect(metrics['ter']).toBeCloseTo(100 * ter(output.join(' '), expected.join(' ')), 9);
      }),
      { numRuns: 60 },
    );
  });
});
