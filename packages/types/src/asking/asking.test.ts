import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PluginError } from '../errors/plugin-error.js';
import { ANSWERED_INPUT_SCHEMA, ASKING_OUTPUT_SCHEMA } from './asking-schema.js';
import { MAX_ASKS_PER_ROUND, MAX_CONTINUE_BYTES, MAX_TEXTS_PER_EMBED } from './limits.js';
import { asksSomething, parseAskRound } from './parse-ask-round.js';

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
const isAsking = ajv.compile(ASKING_OUTPUT_SCHEMA);
const url = 'https://a.test/';

function accepts(value: unknown): boolean {
  try {
    parseAskRound(value);
    return true;
  } catch (error) {
    if (PluginError.is(error)) return false;
    throw error;
  }
}

describe('parseAskRound()', () => {
  it('accepts what its schema accepts', () => {
    const leaf = fc.constantFrom(null, true, 1, '', 'a', [], {}, url);
    const request = fc.dictionary(
      fc.constantFrom('url', 'method', 'body', 'complete', 'embed'),
      leaf,
    );
    const completion = fc.record({
      provider: fc.constantFrom('judge', '', 1, 'x'.repeat(257)),
      complete: fc.constantFrom({ model: 'm' }, null, []),
    });
    const embedding = fc.record(
      {
        provider: fc.constantFrom('p', '', 1),
        embed: fc.record(
          {
            model: fc.constantFrom('m', '', 1),
            input: fc.oneof(leaf, fc.array(fc.constantFrom('a', '', 1), { maxLength: 3 })),
            dimensions: fc.constantFrom(1, 0, 16_384, 16_385, 1.5, 'a'),
            task: leaf,
          },
          { requiredKeys: ['model', 'input'] },
        ),
        complete: fc.constant({}),
      },
      { requiredKeys: ['provider', 'embed'] },
    );
    const extra = fc.dictionary(fc.constantFrom('continue', 'metadata', 'data', 'context'), leaf, {
      maxKeys: 1,
    });
    const asks = fc.array(fc.oneof(request, completion, embedding, leaf, fc.constant({ url })), {
      maxLength: 3,
    });
    fc.assert(
      fc.property(asks, extra, (ask, more) => {
        const value = { ask, ...more };
        expect(accepts(value)).toBe(isAsking(value));
      }),
      { numRuns: 500 },
    );
  });

  it('counts asks, and bytes of the state', () => {
    const full = Array.from({ length: MAX_ASKS_PER_ROUND }, () => ({ url }));
    const most = 'é'.repeat((MAX_CONTINUE_BYTES - 2) / 2);
    expect(accepts({ ask: full, continue: most })).toBe(true);
    expect(accepts({ ask: [...full, { url }] })).toBe(false);
    expect(accepts({ ask: full, continue: `${most}x` })).toBe(false);
  });

  it('counts the texts of embeddings', () => {
    const embed = (count: number): unknown => ({
      ask: [
        { provider: 'p', embed: { model: 'm', input: Array.from({ length: count }, () => 'a') } },
      ],
    });
    expect(
      [0, 1, MAX_TEXTS_PER_EMBED, MAX_TEXTS_PER_EMBED + 1].map((n) => accepts(embed(n))),
    ).toEqual([false, true, true, false]);
  });

  it('gives null for a state that is left out', () => {
    expect(parseAskRound({ ask: [{ url }] })).toEqual({ asks: [{ url }], continue: null });
    expect([{ ask: 1 }, { data: 1 }, null, []].map(asksSomething)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('ANSWERED_INPUT_SCHEMA', () => {
  it.each([
    { answers: [{ status: 200, url, headers: {}, body: 'a' }], valid: true },
    { answers: [{ output: null }, { error: { code: -3, message: 'no' } }], valid: true },
    { answers: [], valid: false },
    { answers: [{}], valid: false },
    { answers: [{ error: { code: 1, message: 'no' } }], valid: false },
  ])('says $valid of $answers', ({ answers, valid }) => {
    expect(ajv.validate(ANSWERED_INPUT_SCHEMA, { data: 1, continue: null, answers })).toBe(valid);
  });
});
