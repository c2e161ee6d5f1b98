import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { greatestUsage } from './greatest-usage.js';
import { readTokenUsage } from './token-usage.js';

describe('greatestUsage()', () => {
  it.each([
    { input: { max_tokens: 5 }, completionTokens: 5 },
    { input: { max_completion_tokens: 7 }, completionTokens: 7 },
    { input: { max_tokens: 5, max_completion_tokens: 7 }, completionTokens: 7 },
    { input: { max_tokens: 5, n: 3 }, completionTokens: 15 },
    { input: { max_tokens: 5, n: 'many' }, completionTokens: 5 },
    { input: { max_tokens: '5' }, completionTokens: 100 },
    { input: {}, completionTokens: 100 },
  ])('knows the most tokens of an answer to $input', ({ input, completionTokens }) => {
    expect(greatestUsage({ prompt: 'x', ...input }, 100)).toMatchObject({ completionTokens });
  });

  it('does not know how long an answer may become if nobody says', () => {
    expect(greatestUsage({ prompt: 'x' })).toBeUndefined();
  });

  it('allows a token for each byte of whatever is sent', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (texts) => {
        const messages = texts.map((content) => ({ role: 'user', content }));
        const usage = greatestUsage({ messages, max_tokens: 1 });
        const bytes = texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        expect(usage?.promptTokens).toBeGreaterThanOrEqual(bytes + 32 * texts.length);
      }),
    );
  });

  it('allows for pictures behind a short address, and for tools', () => {
    const picture = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } };
    const text = { type: 'text', text: 'What is this?' };
    const messages = [{ role: 'user', content: [text, picture, picture] }, null, 'odd'];
    expect(greatestUsage({ messages, max_tokens: 1 })?.promptTokens).toBeGreaterThan(200_000);
    const tools = [{ name: 'x'.repeat(5000) }];
    expect(greatestUsage({ prompt: '', tools, max_tokens: 1 })?.promptTokens).toBeGreaterThan(6000);
  });
});

describe('readTokenUsage()', () => {
  it.each([
    { value: { prompt_tokens: 9, completion_tokens: 12, total_tokens: 21 }, usage: [9, 0, 12] },
    {
      value: {
        prompt_tokens: 9,
        completion_tokens: 0,
        prompt_tokens_details: { cached_tokens: 4 },
      },
      usage: [9, 4, 0],
    },
    { value: { prompt_tokens: 9, completion_tokens: 0, cached_tokens: 9 }, usage: [9, 9, 0] },
    { value: { prompt_tokens: 9, completion_tokens: 0, cached_tokens: 10 }, usage: [9, 0, 0] },
  ])('reads $value', ({ value, usage }) => {
    const [promptTokens, cachedTokens, completionTokens] = usage;
    expect(readTokenUsage(value)).toEqual({ promptTokens, cachedTokens, completionTokens });
  });

  it.each([
    undefined,
    null,
    5,
    [],
    {},
    { prompt_tokens: 1 },
    { prompt_tokens: 1.5, completion_tokens: 1 },
    { prompt_tokens: 1, completion_tokens: -1 },
    { prompt_tokens: '1', completion_tokens: 1 },
  ])('does not believe %o', (value) => {
    expect(readTokenUsage(value)).toBeUndefined();
  });

  it('allows for files that are not part of a message', () => {
    const request = { model: 'm', prompt: '', max_tokens: 1 };
    const tokens = (attachments: readonly object[]): number =>
      greatestUsage({ ...request, attachments })!.promptTokens -
      greatestUsage(request)!.promptTokens;
    expect(tokens([{ field: 'image', media_type: 'image/png', bytes: 70 }])).toBe(100_000);
    expect(tokens([{ field: 'notes', media_type: 'text/csv', bytes: 70 }])).toBe(70);
    expect(tokens([{ media_type: 'text/plain', bytes: -1 }, {}])).toBe(200_000);
  });
});
