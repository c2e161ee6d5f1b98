import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

/** What a filter returns. */
interface Filtered {
  readonly items: readonly unknown[];
  readonly dropped: readonly { readonly index: number; readonly reason: string }[];
}

async function filter(
  plugin: string,
  config: object,
  items: readonly unknown[],
): Promise<Filtered> {
  await using host = await openPlugin(plugin, config);
  return (await host.call<Filtered>({ items })).data;
}

describe('plugin pii', () => {
  it.each([
    ['Ann <ann.b+c@mail.example.org>, bye', 'Ann <<EMAIL_ADDRESS>>, bye'],
    ['a@b, x@y.z1, @me.com, a.@b.com', 'a@b, x@y.z1, @me.com, a.@b.com'],
    ['card 4111-1111-1111-1111.', 'card <CREDIT_CARD>.'],
    ['card 4111 1111 1111 1112', 'card 4111 1111 1111 1112'],
    ['DE89 3704 0044 0532 0130 00 2 days', '<IBAN_CODE> 2 days'],
    ['GB82WEST12345698765432', '<IBAN_CODE>'],
    ['GB82WEST12345698765433', 'GB82WEST12345698765433'],
    ['ssn 536-22-1234, not 536-22.1234', 'ssn <US_SSN>, not 536-22.1234'],
    ['123456780', '123456780'],
    ['10.0.0.1, [2001:db8::1]:80, 1.2.3', '<IP_ADDRESS>, [<IP_ADDRESS>]:80, 1.2.3'],
    ['call +44 20 7946 0958 now', 'call <PHONE_NUMBER> now'],
    ['(212) 555-0123 or 212.555.0123', '<PHONE_NUMBER> or <PHONE_NUMBER>'],
    ['1-800-555-0123', '<PHONE_NUMBER>'],
    ['in 2024 there were 12345678901 of 555-0123', 'in 2024 there were 12345678901 of 555-0123'],
    ['é😀 bob@x.de', 'é😀 <EMAIL_ADDRESS>'],
    ['to 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ', 'to <CRYPTO>'],
    ['to 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyY', 'to 16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyY'],
    ['', ''],
  ])('makes of %j %j', async (text, expected) => {
    const { items } = await filter('pii', { action: 'redact' }, [text]);
    expect(items).toEqual([expected]);
  });

  it('finds addresses of the web if told so', async () => {
    const text = 'see (https://a.example/x?y=1). Or b.org/z, not e.g. this.That, me@c.com or 1.5';
    const { items } = await filter('pii', { action: 'redact', entities: ['URL'] }, [text]);
    expect(items).toEqual(['see (<URL>). Or <URL>, not e.g. this.That, me@c.com or 1.5']);
  });

  it('drops items, and says what is where in code points', async () => {
    const items = ['fine', '😀 a@b.de 10.0.0.1', { text: 'a@b.de' }, { output: 'a@b.de' }, 7];
    const lists = [['x', 'to a@b.de'], { text: { 'a@b.de': 1 } }, { text: 'x', output: 'a@b.de' }];
    expect(await filter('pii', {}, [...items, ...lists])).toEqual({
      items: ['fine', 7, { text: 'x', output: 'a@b.de' }],
      dropped: [
        { index: 1, reason: 'EMAIL_ADDRESS 2-8, IP_ADDRESS 9-17' },
        { index: 2, reason: 'EMAIL_ADDRESS 0-6' },
        { index: 3, reason: 'EMAIL_ADDRESS 0-6' },
        { index: 5, reason: 'EMAIL_ADDRESS 3-9' },
        { index: 6, reason: 'EMAIL_ADDRESS 0-6' },
      ],
    });
  });

  it('redacts every text of an item, keys and long numbers too, but not what names and scores it', async () => {
    const item = {
      id: 'a@b.de',
      index: 4,
      model: '10.0.0.1/m',
      scores: { f1: 0.4111111111111111 },
      input: 'a@b.de?',
      expected: [{ 'x@y.de': ['10.0.0.1', true, null, 4_111_111_111_111_111, 0.5] }],
      // Escapes do not hide anything.
      output: 'a\u0040b.de',
    };
    expect((await filter('pii', { action: 'redact' }, [item])).items).toEqual([
      {
        ...item,
        input: '<EMAIL_ADDRESS>?',
        expected: [{ '<EMAIL_ADDRESS>': ['<IP_ADDRESS>', true, null, '<CREDIT_CARD>', 0.5] }],
        output: '<EMAIL_ADDRESS>',
      },
    ]);
  });

  it.each([
    ['x :: Int', 'x :: Int'],
    ['f :: (a -> b)\n-> [a]', 'f :: (a -> b)\n-> [a]'],
    ['foo ::\n  Int', 'foo ::\n  Int'],
    ['(::) is no cons', '(::) is no cons'],
    ['x[::2] + y[1][::-1]', 'x[::2] + y[1][::-1]'],
    ['http://[::2]:80/', 'http://[<IP_ADDRESS>]:80/'],
    ['listens on ::, port 80', 'listens on <IP_ADDRESS>, port 80'],
    ['bind=:: here', 'bind=<IP_ADDRESS> here'],
    ['any: ::\nnext', 'any: <IP_ADDRESS>\nnext'],
  ])('tells the address "::" from programs: %j', async (text, expected) => {
    const config = { action: 'redact', entities: ['IP_ADDRESS'] };
    expect((await filter('pii', config, [text])).items).toEqual([expected]);
  });

  it('redacts one field and leaves all else as it is', async () => {
    const config = {
      action: 'redact',
      field: 'a.b',
      replacement: '[{entity}]',
      entities: ['IP_ADDRESS'],
    };
    const item = { n: 1e21, a: { b: 'x 10.0.0.1 a@b.de', c: '10.0.0.1' }, b: '10.0.0.1' };
    expect((await filter('pii', config, [item])).items).toEqual([
      { ...item, a: { b: 'x [IP_ADDRESS] a@b.de', c: '10.0.0.1' } },
    ]);
  });

  it('finds every address in whatever stands around it', async () => {
    await using host = await openPlugin('pii', { action: 'redact' });
    const filler = fc.string({
      unit: fc.constantFrom('a', ' ', '-', '1', '.', ':', '@'),
      maxLength: 8,
    });
    await fc.assert(
      fc.asyncProperty(filler, filler, async (before, after) => {
        const text = `${before} me@home.example ${after}`;
        const { data } = await host.call<Filtered>({ items: [text] });
        expect(data.items[0]).toContain(' <EMAIL_ADDRESS> ');
      }),
      { numRuns: 200 },
    );
  });

  it('refuses an entity that it does not know', async () => {
    await expect(openPlugin('pii', { entities: ['NAME'] })).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
    });
  });
});

describe('a filter that finds nothing to look at fails with the fields that there are', () => {
  it.each<[plugin: string, config: object, items: unknown[], says: string]>([
    ['pii', {}, ['x', { other: 'a@b.de' }], 'no "text" or "output"; its fields: other'],
    ['pii', {}, [{ text: null }], 'no "text" or "output"; its fields: text'],
    ['pii', { field: 'a.b' }, [{ a: { c: 1, d: 2 } }], 'no "a.b"; its fields: a.c, a.d'],
    ['pii', { action: 'redact', field: 'b' }, [{ a: 'x' }], 'no "b"; its fields: a'],
    ['pii', {}, [null], 'its fields: none (it is null)'],
    ['word-list', { words: ['x'] }, ['y', { a: 'x' }], 'its fields: a'],
    ['word-list', { words: ['x'], action: 'keep' }, [{}, { a: 'x' }], 'its fields: none'],
    ['dedupe', {}, [{ a: 'x' }, { a: 'x' }], 'no "text" or "output"; its fields: a'],
    [
      'threshold',
      {},
      [{ a: 1, b: { c: 2 } }],
      'no item has a number "score"; fields of the first: a, b.c',
    ],
    ['top-k', {}, [{ score: '1' }], 'no item has a number "score"; fields of the first: score'],
  ])('%s %j of %j', async (plugin, config, items, says) => {
    await using host = await openPlugin(plugin, config);
    await expect(host.call({ items })).rejects.toMatchObject({
      code: 'CALL_INVALID_INPUT',
      pluginMessage: expect.stringContaining(says),
    });
  });

  it.each(['pii', 'dedupe', 'threshold', 'top-k'])('%s takes an empty list', async (plugin) => {
    expect(await filter(plugin, {}, [])).toEqual({ items: [], dropped: [] });
  });
});

describe('plugin dedupe', () => {
  it('drops what is the same but for case and white space, and what is nearly the same', async () => {
    const text = 'the quick brown fox jumps over the lazy dog and runs away from the angry bear';
    const items = [
      text,
      { text: ` ${text.toUpperCase()}` },
      `${text} now`,
      'something else',
      {},
      '',
    ];
    const result = await filter('dedupe', { threshold: 0.9 }, items);
    expect(result.items).toEqual([text, 'something else', {}, '']);
    expect(result.dropped).toEqual([
      { index: 1, reason: 'the same as item 0' },
      { index: 2, reason: expect.stringMatching(/^like item 0, similarity 0\.9\d+$/) },
    ]);
  });

  it('compares characters, and nothing but equal texts at a threshold of 1', async () => {
    const items = ['12345678901234567890', '12345678901234567891', '1234567890123456789x'];
    expect(
      (await filter('dedupe', { unit: 'characters', size: 2, threshold: 0.7 }, items)).items,
    ).toHaveLength(1);
    expect((await filter('dedupe', { threshold: 1 }, items)).items).toHaveLength(3);
  });

  it('refuses to look for what so few permutations would miss', async () => {
    await expect(openPlugin('dedupe', { threshold: 0.2, permutations: 16 })).rejects.toMatchObject({
      code: 'LOAD_INIT_FAILED',
    });
    const items = ['a b c d e f', 'x b c d y z'];
    const config = { threshold: 0.1, permutations: 64, size: 1 };
    expect((await filter('dedupe', config, items)).items).toHaveLength(1);
  });

  it('forgets the items of one call before the next', async () => {
    await using host = await openPlugin('dedupe');
    const first = await host.call({ items: ['a b c', 'a b c'] });
    const second = await host.call({ items: ['a b c', 'a b c'] });
    expect(second.data).toEqual(first.data);
  });

  /** Jaccard similarity of the sets of three consecutive words. */
  function similarity(a: string, b: string): number {
    const sets = [a, b].map((text) => {
      const words = text.split(' ');
      return new Set(words.slice(2).map((_, index) => words.slice(index, index + 3).join(' ')));
    });
    const shared = [...sets[0]!].filter((words) => sets[1]!.has(words)).length;
    return shared / (sets[0]!.size + sets[1]!.size - shared);
  }

  it('drops only what is like a kept item, and finds nearly all of that', async () => {
    const [count, threshold] = [400, 0.7];
    const random = fc.sample(fc.array(fc.nat(40), { minLength: 40, maxLength: 40 }), {
      seed: 7,
      numRuns: count / 4,
    });
    const items = random.flatMap((words) =>
      [0, 1, 2, 4].map((changes) =>
        words
          .map((word, index) => (index < changes ? `x${index * changes}` : `w${word}`))
          .join(' '),
      ),
    );
    const result = await filter('dedupe', { threshold }, items);
    const dropped = new Map(result.dropped.map(({ index, reason }) => [index, reason]));
    const kept: string[] = [];
    let missed = 0;
    for (const [index, item] of items.entries()) {
      const near = kept.some((other) => similarity(item, other) >= threshold);
      const reason = dropped.get(index);
      const original = /item (\d+)/.exec(reason ?? '')?.[1];
      const real = original === undefined ? 1 : similarity(item, items[Number(original)]!);
      expect(real).toBeGreaterThanOrEqual(threshold);
      if (near && reason === undefined) missed += 1;
      if (reason === undefined) kept.push(item);
    }
    expect(dropped.size).toBeGreaterThan(count / 2);
    expect(missed).toBeLessThan(count / 50);
  });
});

describe('plugin word-list', () => {
  it.each([
    [{ words: ['ass'] }, ['class', 'ASS!', 'an ass'], ['class']],
    [{ words: ['ass'], whole_words: false }, ['class', 'no'], ['no']],
    [{ words: ['Ass'], ignore_case: false }, ['ass', 'Ass'], ['ass']],
    [{ words: ['straße'] }, ['STRASSE', 'Gasse'], ['Gasse']],
    [{ words: ['C++', 'no way'] }, ['C++20', 'C+', 'No  way', 'no way!'], ['C+', 'No  way']],
    [{ words: ['ä'] }, ['bär', 'ä 😀', '😀ä'], ['bär']],
    [{ words: ['日本'] }, ['私は日本人です', '日と本'], ['日と本']],
    [{ words: ['バカ'] }, ['バカンス', 'バカだ'], ['バカンス']],
    [{ words: ['비밀'] }, ['비밀은 없다', '대비밀'], ['대비밀']],
    [{ words: ['ญี่ปุ่น'] }, ['ฉันเป็นคนญี่ปุ่น', 'คน'], ['คน']],
    [{ words: ['हिन'] }, ['हिन्दी'], ['हिन्दी']],
    [
      { words: ['x'], action: 'keep', field: 'a.t' },
      [{ a: { t: 'x' } }, { a: 1 }],
      [{ a: { t: 'x' } }],
    ],
  ])('%j keeps of %j', async (config, items, expected) => {
    expect((await filter('word-list', config, items)).items).toEqual(expected);
  });

  it('looks into texts within texts, whatever is escaped in them', async () => {
    const items = [{ output: ['a\nsecret'] }, { output: { 'the secret': 1 } }, { output: 'secr' }];
    expect((await filter('word-list', { words: ['secret'] }, items)).items).toEqual([items[2]]);
  });

  it('does not load without words', async () => {
    await expect(openPlugin('word-list')).rejects.toMatchObject({ code: 'LOAD_INIT_FAILED' });
  });

  it('says which word it was', async () => {
    const { dropped } = await filter('word-list', { words: ['a', 'B'] }, ['x b']);
    expect(dropped).toEqual([{ index: 0, reason: 'holds "B"' }]);
  });
});

describe('plugin top-k', () => {
  it.each([
    [{ k: 2 }, [1, 3, 2, 3], [1, 3]],
    [{ k: 2, best: 'smallest' }, [1, 3, 2, -3], [0, 3]],
    // Among equal numbers the first ones stay.
    [{ k: 1 }, [5, 5, 5], [0]],
    [{ k: 0 }, [5], []],
    [{ k: 9 }, [5, null], [0]],
  ])('%j of %j keeps the places %j, in their order', async (config, scores, places) => {
    const items = scores.map((score, place) => ({ score, place }));
    const result = await filter('top-k', config, items);
    expect(result.items).toEqual(places.map((place) => items[place]));
    expect(result.dropped).toHaveLength(items.length - places.length);
  });

  it('says the rank of what it drops', async () => {
    const items = [{ s: { f1: 0.5 } }, { s: {} }, { s: { f1: 0.9 } }];
    expect((await filter('top-k', { k: 1, field: 's.f1' }, items)).dropped).toEqual([
      { index: 0, reason: 'rank 2' },
      { index: 1, reason: 'no number "s.f1"' },
    ]);
  });
});
