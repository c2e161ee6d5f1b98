import type { TestHost } from '@testbench/sdk';
import { afterAll, describe, expect, it } from 'vitest';

import { openPlugin } from './open-plugin.js';

type Case = readonly [
  plugin: string,
  config: object,
  output: string,
  expected: readonly string[],
  value: number,
];

/** Texts of our own, with the results of sacreBLEU 2.6.0 and NLTK 3.10.3 for them: each option, in combinations. */
const CASES: readonly Case[] = [
  [
    'chrf',
    {
      char_order: 1,
      word_order: 2,
      beta: 2,
      lowercase: false,
      whitespace: false,
      eps_smoothing: false,
    },
    "\u0130stanbul DON'T 50% MAT cat 1-a THE \u00a0",
    ["\u0130stanbul don't 50% mat cat 1-a the \u00a0 ."],
    48.33376614073106,
  ],
  [
    'ter',
    { normalized: false, no_punct: false, asian_support: true, case_sensitive: true },
    '?) a-1 - on sat , \u2026 mat \u5b57 on \u00a0',
    [
      '?) a-1 &quot;x&quot; - on sat , \u2026 mat \u5b57 on \u00a0',
      "l'\u00e9t\u00e9 a &amp; 50% \u00a0 \u0663 @user sat",
    ],
    11.11111111111111,
  ],
  [
    'bleu',
    {
      tokenize: '13a',
      smooth_method: 'add-k',
      lowercase: false,
      max_ngram_order: 2,
      effective_order: 'yes',
    },
    ', \u2026 \u00a0 on \u201cquoted\u201d sat a .',
    ['sat . $5 \u4e2d\u6587'],
    20.203050891044214,
  ],
  [
    'bleu',
    {
      tokenize: 'intl',
      smooth_method: 'exp',
      lowercase: true,
      max_ngram_order: 2,
      effective_order: 'yes',
    },
    'the ?) a cat the \u304b\u306a \u2026 bar-baz . ?)',
    [
      'the ?) a cat the \u304b\u306a \u2026 bar-baz . ?)',
      '1,234.5 &amp; on e\u0301',
      'cat STRASSE',
    ],
    100.00000000000004,
  ],
  [
    'chrf',
    {
      char_order: 1,
      word_order: 1,
      beta: 3,
      lowercase: false,
      whitespace: false,
      eps_smoothing: false,
    },
    '<skipped> . 3. na\u00efve \u304b\u306a cat mat',
    ['<skipped> . 3. na\u00efve \u304b\u306a cat mat \u3001'],
    93.72579395817196,
  ],
  [
    'bleu',
    {
      tokenize: 'char',
      smooth_method: 'none',
      lowercase: true,
      max_ngram_order: 2,
      effective_order: 'no',
    },
    'cat . cat on http://a.b/c?d=1&e=2 \u00df \u00bd sat cat the sat',
    ['cat . cat on http://a.b/c?d=1&e=2 \u00df \u00bd sat cat the sat'],
    100.00000000000004,
  ],
  [
    'bleu',
    {
      tokenize: '13a',
      smooth_method: 'none',
      lowercase: false,
      max_ngram_order: 4,
      effective_order: 'no',
    },
    "#tag \u3001 a l'\u00e9t\u00e9 @user U.S.A. a mat a on . a bar-baz 50%",
    ["#tag \u3001 a l'\u00e9t\u00e9 @user U.S.A. a mat a on . a bar-baz 50%"],
    100.00000000000004,
  ],
  [
    'chrf',
    {
      char_order: 3,
      word_order: 2,
      beta: 1,
      lowercase: false,
      whitespace: false,
      eps_smoothing: true,
    },
    'a 50% #tag sat \u00b2 $5 e\u0301 $5 na\u00efve .',
    ['a 50% #tag sat \u00b2 $5 e\u0301 $5 na\u00efve . e\u0301', '\u00b2 mat'],
    96.06670553612084,
  ],
  [
    'ter',
    { normalized: false, no_punct: true, asian_support: false, case_sensitive: false },
    'a-1 the sat',
    [
      'the the mat mat cat e\u0301 a &quot;x&quot; a . \u304b\u306a \u0663 -',
      '. a . cat (foo',
      '. cat',
    ],
    56.25,
  ],
  [
    'ter',
    { normalized: false, no_punct: false, asian_support: false, case_sensitive: true },
    '\u0964 a-1 ! on on sat',
    ['a \u00b2 cat sat cat . ,', '\u3001 -'],
    133.33333333333331,
  ],
  [
    'bleu',
    {
      tokenize: 'intl',
      smooth_method: 'floor',
      lowercase: false,
      max_ngram_order: 6,
      effective_order: 'yes',
    },
    'MAT 1-a sat',
    ['mat 1-a sat'],
    45.73050519273263,
  ],
  [
    'bleu',
    {
      tokenize: 'intl',
      smooth_method: 'add-k',
      lowercase: false,
      max_ngram_order: 2,
      effective_order: 'no',
    },
    'on . @user . (foo',
    ['. a', 'cat the the a-1', '?)'],
    14.285714285714283,
  ],
  [
    'ter',
    { normalized: true, no_punct: true, asian_support: false, case_sensitive: true },
    '\u0964 #TAG \u0130stanbul mat \u2013 \u0964',
    ['\u0964 #tag \u0130stanbul mat \u00c4rger \u0964', '?) . mat . \u00bd cat mat the', 'mat $5'],
    40.0,
  ],
  [
    'bleu',
    {
      tokenize: 'char',
      smooth_method: 'floor',
      lowercase: true,
      max_ngram_order: 6,
      effective_order: 'yes',
      smooth_value: 0.3,
    },
    'a #tag \u00df . cat \u2026 @user . $5 .',
    ['a on \u00df . cat \u2026 @user . $5 .'],
    71.86346819937637,
  ],
  [
    'ter',
    { normalized: true, no_punct: false, asian_support: true, case_sensitive: true },
    'mat on the a \u3001 ON sat U.S.A. sat on \u00df na\u00efve ,',
    ['mat na\u00efve on the a \u3001 on sat U.S.A. sat on \u00df ,'],
    11.11111111111111,
  ],
  [
    'bleu',
    {
      tokenize: 'intl',
      smooth_method: 'none',
      lowercase: true,
      max_ngram_order: 6,
      effective_order: 'yes',
    },
    '. mat - the 1,234.5 \u00a0 ! . . \u4e2d\u6587 a cat U.S.A. on a-1',
    ['. mat - the 1,234.5 \u00a0 ! . . \u4e2d\u6587 a U.S.A. on a-1', '. . sat', '(foo'],
    79.24671054388816,
  ],
  [
    'ter',
    { normalized: false, no_punct: true, asian_support: true, case_sensitive: true },
    'the mat a',
    [
      '. sat \u4e2d\u6587 \u00a0 1-a',
      '\u00df mat $5',
      "<skipped> a-1 don't \u4e2d\u6587 the \u0663 sat mat",
    ],
    42.857142857142854,
  ],
  [
    'bleu',
    {
      tokenize: 'none',
      smooth_method: 'floor',
      lowercase: true,
      max_ngram_order: 4,
      effective_order: 'no',
    },
    '. sat the (foo 1-A SAT .',
    [
      '. sat (foo \ud83d\ude00 1-a sat .',
      '&amp; mat on http://a.b/c?d=1&e=2 cat . . bar-baz &amp; sat',
    ],
    21.5153445216728,
  ],
  [
    'bleu',
    {
      tokenize: '13a',
      smooth_method: 'floor',
      lowercase: true,
      max_ngram_order: 1,
      effective_order: 'yes',
      smooth_value: 2.0,
    },
    'sat a \u304b\u306a (foo @user \u0130stanbul on .',
    ['sat a \u304b\u306a (foo @user \u0130stanbul on .'],
    100.00000000000004,
  ],
  [
    'chrf',
    {
      char_order: 6,
      word_order: 1,
      beta: 2,
      lowercase: false,
      whitespace: false,
      eps_smoothing: true,
    },
    'mat \u304b\u306a \ud83d\ude00 - \u00df \u00b2 . SS',
    ['mat \u304b\u306a \ud83d\ude00 - \u00b2 . \u00df \u00df'],
    60.352315762962384,
  ],
  [
    'chrf',
    {
      char_order: 3,
      word_order: 0,
      beta: 3,
      lowercase: false,
      whitespace: false,
      eps_smoothing: false,
    },
    '\u3001 \u2013 bar-baz \u5b57 \u00a0 1,234.5 \u00c4rger \u201cquoted\u201d on',
    [
      '\u2013 \u3001 bar-baz \u5b57 \u00a0 1,234.5 \u00c4rger \u201cquoted\u201d on',
      'the cat \u3001 on',
    ],
    95.62724014336918,
  ],
  [
    'chrf',
    {
      char_order: 6,
      word_order: 0,
      beta: 2,
      lowercase: true,
      whitespace: false,
      eps_smoothing: true,
    },
    'on a na\u00efve',
    ['\u3001'],
    1.0000000000000002e-14,
  ],
  ['bleu-nltk', { smoothing: 1, weights: [1] }, 'd a e e', ['d a'], 0.5],
  [
    'bleu-nltk',
    { smoothing: 2, weights: [0.4, 0.3, 0.2, 0.1] },
    'on d c d sat e',
    ['e a e mat e on d cat cat'],
    0.2085952354201964,
  ],
  [
    'bleu-nltk',
    { smoothing: 3, weights: [0.4, 0.3, 0.2, 0.1] },
    'c d e e a b a',
    ['c d e e a b', 'b cat d sat'],
    0.8271628750638266,
  ],
  ['bleu-nltk', { smoothing: 5, weights: [1] }, 'c e cat mat', ['c e cat'], 0.8333333333333334],
  [
    'bleu-nltk',
    { smoothing: 7, weights: [0.5, 0.5] },
    'd d sat cat sat a d',
    ['d cat d sat d a a e', 'd on d d cat'],
    0.5859441250719678,
  ],
  [
    'bleu-nltk',
    { smoothing: 0, weights: [1] },
    'a the mat b mat',
    ['sat', 'b cat d mat c the e'],
    0.40219202762138356,
  ],
  [
    'bleu-nltk',
    { smoothing: 4, weights: [1] },
    'on e mat c a the b',
    ['on e mat c a', 'b b on sat cat d', 'cat d sat cat b'],
    0.8571428571428571,
  ],
  [
    'bleu-nltk',
    { smoothing: 6, weights: [0.4, 0.3, 0.2, 0.1] },
    'c sat cat sat the mat on a cat',
    ['c sat cat sat the mat on a', 'mat e c a a d the c'],
    0.8734549355682727,
  ],
];

const hosts: TestHost[] = [];
afterAll(async () => {
  for (const host of hosts) await host.close();
});

describe('options of metrics', () => {
  it.each(CASES)('mean what the reference means by them: %s %j', async (...one) => {
    const [plugin, config, output, expected, value] = one;
    const host = await openPlugin(plugin, config);
    hosts.push(host);
    interface Result {
      readonly score: number;
      readonly metrics: Readonly<Record<string, number>>;
    }
    const { score, metrics } = (await host.call<Result>({ output, expected })).data;
    expect(metrics[plugin] ?? score).toBeCloseTo(value, 9);
  });
});
