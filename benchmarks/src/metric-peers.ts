import { bleu } from 'bleu-score';
import { distance } from 'fastest-levenshtein';
import { l, n } from 'js-rouge';
import { stemmer } from 'stemmer';
import readability from 'text-readability';

import { chrf, gleu, tokenF1 } from './metric-references.ts';
import { ter } from './ter-reference.ts';

/** One of our metrics next to one in JavaScript. */
export interface MetricRow {
  readonly name: string;
  readonly plugin: string;
  readonly config?: object;
  /** The number to compare, if it is not the score. */
  readonly metric?: string;
  /** Package and version. */
  readonly peer: string;
  readonly compute: (output: string, expected: string) => number;
  /** How many answers are joined into one text. @default 1 */
  readonly join?: number;
  /** How many times as fast as the peer ours should be. */
  readonly target: number;
  /** Where the two compute different results. */
  readonly note?: string;
}

const PLAIN = 'plain JavaScript';

const rougeWords = (text: string): string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
const stems = (text: string): string[] =>
  rougeWords(text).map((word) => (word.length > 3 ? stemmer(word) : word));
const lines = (text: string): string[] => text.split('\n');

/** Each word as one character, so that a distance between texts counts words. Words are split as in jiwer. */
function asCharacters(...texts: readonly string[]): string[] {
  const ids = new Map<string, string>();
  return texts.map((text) =>
    text
      .replaceAll(/\s{2,}/g, ' ')
      .trim()
      .split(' ')
      .map((word) => {
        let id = ids.get(word);
        if (id === undefined) ids.set(word, (id = String.fromCharCode(ids.size + 1)));
        return id;
      })
      .join(''),
  );
}

function wordErrorRate(output: string, expected: string): number {
  const [given, wanted] = asCharacters(output, expected);
  return distance(given!, wanted!) / wanted!.length;
}

function rouge(tokenizer: (text: string) => string[]) {
  return (output: string, expected: string): number => {
    n(output, expected, { n: 1, tokenizer });
    n(output, expected, { n: 2, tokenizer });
    // Both forms of ROUGE-L: the text as one sentence, and line by line.
    l(output, expected, { tokenizer, segmenter: lines });
    return l(output, expected, { tokenizer, segmenter: (text) => [text] });
  };
}

/** All text metrics that compare two texts, and one that reads a single text. */
export const METRICS: readonly MetricRow[] = [
  {
    name: 'Levenshtein similarity',
    plugin: 'levenshtein',
    metric: 'distance',
    peer: 'fastest-levenshtein 1.0.16',
    compute: distance,
    target: 2,
  },
  {
    name: 'Levenshtein, long texts',
    join: 5,
    plugin: 'levenshtein',
    metric: 'distance',
    peer: 'fastest-levenshtein 1.0.16',
    compute: distance,
    target: 2,
  },
  {
    name: 'CER',
    plugin: 'error-rate',
    config: { unit: 'character' },
    metric: 'cer',
    peer: 'fastest-levenshtein 1.0.16',
    compute: (output, expected) => distance(output, expected) / expected.length,
    target: 2,
  },
  {
    name: 'WER, MER, WIL, WIP',
    plugin: 'error-rate',
    metric: 'wer',
    peer: 'fastest-levenshtein 1.0.16',
    compute: wordErrorRate,
    target: 2,
    note: 'the peer gives WER only, words mapped to characters',
  },
  {
    name: 'WER, long texts',
    join: 5,
    plugin: 'error-rate',
    metric: 'wer',
    peer: 'fastest-levenshtein 1.0.16',
    compute: wordErrorRate,
    target: 2,
    note: 'the peer gives WER only, words mapped to characters',
  },
  {
    name: 'TER',
    plugin: 'ter',
    metric: 'ter',
    peer: PLAIN,
    compute: (output, expected) => 100 * ter(output, expected),
    target: 2,
  },
  {
    name: 'ROUGE-1/2/L/Lsum',
    plugin: 'rouge',
    peer: 'js-rouge 3.2.3',
    compute: rouge(rougeWords),
    target: 2,
  },
  {
    name: 'ROUGE, stemmed',
    plugin: 'rouge',
    config: { use_stemmer: true },
    peer: 'js-rouge 3.2.3, stemmer 2.0.1',
    compute: rouge(stems),
    target: 2,
    note: 'another edition of the stemmer',
  },
  {
    name: 'BLEU, 13a',
    plugin: 'bleu',
    peer: 'bleu-score 1.0.4',
    compute: (output, expected) => bleu(expected, output, 4),
    target: 1,
    note: 'the peer neither tokenizes nor smooths',
  },
  {
    name: 'BLEU, NLTK',
    plugin: 'bleu-nltk',
    peer: 'bleu-score 1.0.4',
    compute: (output, expected) => bleu(expected, output, 4),
    target: 1,
    note: 'the peer splits at single blanks',
  },
  { name: 'chrF', plugin: 'chrf', metric: 'chrf', peer: PLAIN, compute: chrf, target: 1 },
  {
    name: 'GLEU',
    plugin: 'gleu',
    config: { tokenize: 'none' },
    peer: PLAIN,
    compute: gleu,
    target: 1,
  },
  { name: 'token F1 (SQuAD)', plugin: 'token-f1', peer: PLAIN, compute: tokenF1, target: 1 },
  {
    name: 'exact match',
    plugin: 'exact-match',
    peer: PLAIN,
    compute: (output, expected) => (output.trim() === expected.trim() ? 1 : 0),
    target: 1,
  },
  {
    name: 'readability',
    plugin: 'readability',
    metric: 'automated_readability_index',
    peer: 'text-readability 1.1.1',
    compute: (output) => {
      readability.colemanLiauIndex(output);
      readability.fleschReadingEase(output);
      return readability.automatedReadabilityIndex(output);
    },
    target: 1,
    note: 'three of the indices; rounded on the way',
  },
];
