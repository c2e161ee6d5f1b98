import { describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

describe('plugin ter', () => {
  it.each([
    // Moving a sequence of words is one edit, regardless of its destination.
    [{}, 'd e f g h a b c', 'a b c d e f g h', { num_edits: 1, ref_length: 8 }],
    [{}, 'b c d e a', 'a b c d e', { num_edits: 1, ref_length: 5 }],
    [{}, '', 'a b', { num_edits: 2, ref_length: 2 }],
    [{}, 'a b', '', { num_edits: 2, ref_length: 0 }],
    [{}, '', '', { num_edits: 0, ref_length: 0 }],
    // The nearest reference counts, and the mean of their lengths; the first one does not affect the second.
    [{}, 'c a b d', ['a b d c x', 'c a b d'], { num_edits: 0, ref_length: 4.5 }],
    [{}, 'Hello WORLD', 'hello world', { num_edits: 0, ref_length: 2 }],
    [{ case_sensitive: true }, 'Hello WORLD', 'hello world', { num_edits: 2, ref_length: 2 }],
    [{ no_punct: true }, 'a, b!', 'a b?', { num_edits: 0, ref_length: 2 }],
    [
      { normalized: true },
      "it&apos;s 3.5, it's",
      "it&apos;s 3.5 , it 's",
      { num_edits: 0, ref_length: 9 },
    ],
    [
      { normalized: true, asian_support: true },
      '美众。',
      '美 众 。',
      { num_edits: 0, ref_length: 3 },
    ],
  ])('%j %j against %j', async (config, output, expected, metrics) => {
    await using host = await openPlugin('ter', config);
    const result = await host.call<{ metrics: object }>({ output, expected });
    expect(result.data.metrics).toMatchObject(metrics);
  });

  it('sums over a corpus', async () => {
    await using host = await openPlugin('ter');
    const { data } = await host.call({ output: ['a b', 'c d'], expected: [['a b', 'c x']] });
    expect(data).toEqual({ score: 0.75, metrics: { ter: 25, num_edits: 1, ref_length: 4 } });
  });

  it('ends the search for moves where sacreBLEU does, after 1000 of them', async () => {
    await using host = await openPlugin('ter');
    const words = Array.from({ length: 120 }, (_, index) => `w${index % 3}`);
    const { data } = await host.call<{ metrics: object }>({
      output: words.join(' '),
      expected: words.toReversed().join(' '),
    });
    expect(data.metrics).toMatchObject({ num_edits: 80, ref_length: 120 });
  });
});

describe('plugin gleu', () => {
  it.each([
    [{}, 'a b', 'a b', { score: 1, metrics: { matches: 3, total: 3 } }],
    [{}, 'a b', 'a b c d', { score: 0.3, metrics: { matches: 3, total: 10 } }],
    [{ min_len: 2 }, 'a', 'a', { score: 0, metrics: { matches: 0, total: 0 } }],
    [{ max_len: 1 }, 'a.', 'a .', { score: 1, metrics: { matches: 2, total: 2 } }],
    [
      { max_len: 1, tokenize: 'none' },
      'a.',
      'a .',
      { score: 0, metrics: { matches: 0, total: 2 } },
    ],
    [
      { max_len: 1, lowercase: true },
      'A',
      ['b', 'a'],
      { score: 1, metrics: { matches: 1, total: 1 } },
    ],
    [
      { max_len: 1 },
      ['a', 'b c'],
      [['a'], ['x', 'b c d']],
      { score: 0.75, metrics: { matches: 3, total: 4 } },
    ],
    [{}, '', '', { score: 0, metrics: { matches: 0, total: 0 } }],
  ])('%j %j against %j', async (config, output, expected, evaluation) => {
    await using host = await openPlugin('gleu', config);
    expect((await host.call({ output, expected })).data).toEqual(evaluation);
  });

  it('refuses a corpus whose references are not as many', async () => {
    await using host = await openPlugin('gleu');
    await expect(host.call({ output: ['a', 'b'], expected: [['a']] })).rejects.toMatchObject({
      pluginMessage: 'Cannot evaluate: 2 sentences, references for 1',
    });
  });
});

describe('plugin readability', () => {
  it.each([
    [
      '',
      {
        sentences: 0,
        words: 0,
        syllables: 0,
        lix: 0,
        rix: 0,
        smog_index: 0,
        coleman_liau_index: 0,
      },
    ],
    ['...', { sentences: 1, words: 0, characters: 3, letters: 0, flesch_reading_ease: 0 }],
    // Sentences of one or two words do not count, but a text has at least one.
    ['Oh no. Yes! The T.V. set is on.', { sentences: 1, words: 8 }],
    ['One two three. Four five six?!', { sentences: 2, words: 6, lix: 3 }],
    // A single apostrophe is a mark; in a contraction it belongs to the word.
    ["' 's 'tis - it's", { words: 3, letters: 7, characters: 12 }],
    ["don't well-known naïveté_1", { words: 3, long_words: 2 }],
    [
      'Cool dogs wear da sunglasses.',
      { syllables: 7, polysyllables: 1, rix: 1, gunning_fog: 10, linsear_write: 2.5 },
    ],
    // Characters are code points.
    ['👋🏽 hello wide world', { words: 3, characters: 16, letters: 14 }],
  ])('counts %j', async (output, metrics) => {
    await using host = await openPlugin('readability');
    const { data } = await host.call<{ metrics: object }>({ output });
    expect(data.metrics).toMatchObject(metrics);
  });

  it.each([
    [1, 'the strength games you yes there walked style league quote'],
    [2, "table beyond playing wanted going lion lovely being houses didn't"],
    [3, 'idea beautiful family tourism area enjoying usual'],
    [4, 'necessary education information interesting'],
  ])('finds %i syllables in each word of %j', async (syllables, words) => {
    await using host = await openPlugin('readability');
    for (const word of words.split(' ')) {
      const { data } = await host.call<{ metrics: { syllables: number } }>({ output: word });
      expect([word, data.metrics.syllables]).toEqual([word, syllables]);
    }
  });

  it('keeps the score within 0 and 1', async () => {
    await using host = await openPlugin('readability');
    const score = async (output: string): Promise<number> =>
      (await host.call<{ score: number }>({ output })).data.score;
    expect(await score('We go up. We go on. It is so.')).toBe(1);
    expect(await score('Internationalization notwithstanding institutionalization')).toBe(0);
  });
});

describe('plugin bleu-nltk', () => {
  it.each([
    [{ weights: [1] }, 'a a', ['a b', 'a'], 0.5],
    // A shorter answer is penalised relative to the nearest reference, not the shortest.
    [{ weights: [1] }, 'a b', ['a', 'a b c'], 1],
    [{ weights: [1] }, 'a b', ['a b c d'], Math.exp(-1)],
    [{ weights: [0.5, 0.5] }, 'a b x', 'a b c', Math.sqrt((2 / 3) * (1 / 2))],
    [{ weights: [0.5, 0.5] }, ['a', 'b c'], [['a'], ['b c']], Math.sqrt(1 / 2)],
    [{}, 'x', 'a', 0],
    [{}, '', 'a', 0],
  ])('%j %j against %j', async (config, output, expected, score) => {
    await using host = await openPlugin('bleu-nltk', config);
    const { data } = await host.call<{ score: number }>({ output, expected });
    expect(data.score).toBeCloseTo(score, 12);
  });

  const guide =
    'It is a guide to action which ensures that the military always obeys the commands of the party';
  const other =
    'It is a guide to action that ensures that the military will forever heed Party commands';
  // According to NLTK 3.10, methods 0 to 7; null where it refuses.
  it.each<[output: string, expected: string[], scores: (number | null)[]]>([
    [
      guide,
      [other],
      [
        0.41180376356915777, 0.41180376356915777, 0.4452945001507636, 0.41180376356915777,
        0.41180376356915777, 0.4905328138015114, 0.41358958106633686, 0.4905328138015114,
      ],
    ],
    [
      'the cat sat on mat',
      ['the cat is on the mat', 'there is a cat on the mat'],
      [
        0,
        0.11062691203042492,
        0.33085163614992613,
        0.20801195378010612,
        0.11801586795186178,
        0.1783512088913676,
        null,
        0.21504202806120642,
      ],
    ],
    [
      'a b c d e f g',
      ['a b x c d e y f'],
      [
        0, 0.18651176671349295, 0.3685012003094065, 0.2789001430384383, 0.22028601761225672,
        0.30154545722571036, 0.25141065813013763, 0.32339357491741344,
      ],
    ],
    [
      'the cat',
      ['the cat sat'],
      [
        0,
        0.19180183554164504,
        0.42888194248035344,
        0.36064528799877893,
        0.13427896671164932,
        0.23680351801537006,
        null,
        0.2643854822896133,
      ],
    ],
    [
      'cat',
      ['the cat sat'],
      [
        0,
        0.024066394763145416,
        0.08047084086794415,
        0.04784824825520547,
        0.1353352832366127,
        0.026045287402504197,
        null,
        0.026045287402504197,
      ],
    ],
    [
      'one two three four five six seven eight',
      ['one two three four five seven six eight nine'],
      [
        0.5131108244419322, 0.5131108244419322, 0.5736753417215604, 0.5131108244419322,
        0.5131108244419322, 0.5887998949197519, 0.477177716270225, 0.5887998949197519,
      ],
    ],
  ])('smooths %j against %j', async (output, expected, scores) => {
    const given: (number | null)[] = [];
    for (const smoothing of scores.keys()) {
      await using host = await openPlugin('bleu-nltk', { smoothing });
      const answer = await host.call<{ score: number }>({ output, expected }).then(
        ({ data }) => data.score,
        (error: Error) => (error.message.includes('method 6 needs a common 3-gram') ? null : NaN),
      );
      given.push(answer === null ? null : Math.round(answer * 1e12) / 1e12);
    }
    const rounded = scores.map((score) =>
      score === null ? null : Math.round(score * 1e12) / 1e12,
    );
    expect(given).toEqual(rounded);
  });

  const mats = ['the cat is on the mat', 'there is a cat on the mat'];
  it.each([
    [{ auto_reweigh: true }, 'a b', ['a b c'], 0.6065306597126334],
    [{ smoothing: 5, weights: [0.5, 0.5] }, 'the cat sat on mat', mats, 0.5046995318935247],
    [{ smoothing: 4, k: 3 }, 'the cat sat on mat', mats, 0.1523578303885914],
    [{ smoothing: 1, epsilon: 0.3 }, 'the cat sat on mat', mats, 0.1916114323211486],
    [{ smoothing: 6, alpha: 2 }, 'a b c d e f g', ['a b x c d e y f'], 0.2078723167107764],
    [
      { smoothing: 2 },
      [guide, 'the cat sat on mat', 'a b c d e f g'],
      [[other], mats, ['a b x c d e y f']],
      0.39209848629797267,
    ],
  ])('as NLTK with %j', async (config, output, expected, score) => {
    await using host = await openPlugin('bleu-nltk', config);
    const { data } = await host.call<{ score: number }>({ output, expected });
    expect(data.score).toBeCloseTo(score, 12);
  });

  // According to NLTK 3.10's corpus_bleu, whose methods 5 to 7 use only the last sentence.
  it.each([
    [1, 0.36258576864575903],
    [2, 0.39209848629797267],
    [3, 0.36258576864575903],
    [4, 0.36258576864575903],
    [5, undefined],
    [6, undefined],
    [7, undefined],
  ])('scores a set from its sums as the corpus, by method %i', async (smoothing, score) => {
    await using host = await openPlugin('bleu-nltk', { smoothing });
    // Each has a 3-gram in common, as method 6 requires.
    const corpus = [
      [guide, [other]],
      [smoothing === 6 ? 'the cat is on mat' : 'the cat sat on mat', mats],
      ['a b c d e f g', ['a b x c d e y f']],
    ] as const;
    const sums: Record<string, number> = {};
    for (const [output, expected] of corpus) {
      const { data } = await host.call<{ metrics: Record<string, number> }>({ output, expected });
      for (const [name, value] of Object.entries(data.metrics))
        sums[name] = (sums[name] ?? 0) + value;
    }
    const whole = await host.call<{ score: number }>({
      output: corpus.map(([output]) => output),
      expected: corpus.map(([, expected]) => expected),
    });
    const set = await host.aggregate(sums, corpus.length);
    expect(set.data.score).toBe(whole.data.score);
    expect(set.data.score).toBeCloseTo(score ?? whole.data.score, 12);
  });
});

describe('plugin perplexity', () => {
  it.each([
    [{}, { logprobs: [-1, -2, -3, -4] }, 2.5, 4],
    [{ last_tokens: 2 }, { logprobs: [-1, -2, -3, -4] }, 3.5, 2],
    [{ last_tokens: 9 }, { logprobs: [-1, -2] }, 1.5, 2],
    [
      { last_tokens: 1 },
      {
        logprobs: [
          [-1, -2],
          [-3, -5],
        ],
      },
      3.5,
      2,
    ],
    [
      {},
      {
        logprobs: [
          [-1, -2],
          [-3, -5, -6],
        ],
        last_tokens: [1, 2],
      },
      13 / 3,
      3,
    ],
    [{ last_tokens: 2 }, { logprobs: [-1, -2, -3], last_tokens: 1 }, 3, 1],
  ])('with %j takes %j', async (config, data, mean_nll, tokens) => {
    await using host = await openPlugin('perplexity', config);
    const result = await host.call<{ metrics: object }>(data);
    expect(result.data.metrics).toMatchObject({
      mean_nll: expect.closeTo(mean_nll, 12) as number,
      tokens,
    });
  });
});

describe('plugin multiple-choice', () => {
  it.each([
    [{ normalization: 'char' }, [-2, -1]],
    // lighteval's LogProbCharNorm(ignore_first_space=True).
    [{ normalization: 'char', ignore_first_space: true }, [-3, -1]],
  ])('with %j divides by the length', async (config, scores) => {
    await using host = await openPlugin('multiple-choice', config);
    const data = { logprobs: [-6, -2], choices: [' ab', 'cd'] };
    expect((await host.call<{ scores: number[] }>(data)).data.scores).toEqual(scores);
  });

  it('refuses a choice of which nothing is left', async () => {
    await using host = await openPlugin('multiple-choice', {
      normalization: 'char',
      ignore_first_space: true,
    });
    await expect(host.call({ logprobs: [-1], choices: [' '] })).rejects.toThrow('Cannot score');
  });
});
