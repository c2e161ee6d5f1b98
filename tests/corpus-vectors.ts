import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** JSON of any shape. */
type Loose = ReturnType<typeof JSON.parse>;

/** A vector with the score of a whole set. */
interface CorpusVector {
  readonly id: string;
  readonly inputs: Loose;
  readonly options: Loose;
  readonly expected: Loose;
  readonly tolerance: number;
  readonly note?: string;
}

/** How the corpus vectors of one file are given to a plugin, record by record. */
export interface CorpusTopic {
  readonly file: string;
  readonly plugin: string;
  readonly config: (vector: CorpusVector) => object;
  /** Data of each record. */
  readonly records: (vector: CorpusVector) => readonly object[];
  /** The expected value of the vector, from the metrics of the set. */
  readonly value: (metrics: Readonly<Record<string, number>>, vector: CorpusVector) => Loose;
}

const directory = process.env['TESTBENCH_SHARED'] ?? join(import.meta.dirname, '../../shared');

/** The vectors of a file that score a set; empty if the reference data are missing. */
export function corpusVectors({ file }: CorpusTopic): CorpusVector[] {
  const path = join(directory, 'vectors', `${file}.json`);
  if (!existsSync(path)) return [];
  const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as { vectors: CorpusVector[] };
  return vectors.filter(({ inputs }) => SETS.some((field) => Array.isArray(inputs[field])));
}

/** Fields that are lists if a vector scores a set. */
const SETS = ['hypotheses', 'hypothesis', 'predictions', 'probs', 'logprobs'];

const pick = (options: Loose, ...keys: string[]): object =>
  Object.fromEntries(
    keys
      .filter((key) => (options[key] ?? undefined) !== undefined)
      .map((key) => [key, options[key]]),
  );

/** A corpus of one sentence: reference streams may lack a reference. */
const sentences = ({ inputs: { hypotheses, references } }: CorpusVector): object[] =>
  hypotheses.map((output: string, index: number) => ({
    output: [output],
    expected: references.map((stream: string[]) => [stream[index]]),
  }));

const answers = ({ inputs: { predictions, references, targets } }: CorpusVector): object[] =>
  predictions.map((output: string, index: number) => ({
    output,
    expected: (references ?? targets)[index],
  }));

/** Joined sentences form one record. */
const transcripts = ({ inputs: { hypothesis, reference }, options }: CorpusVector): object[] =>
  options.transform === 'contiguous'
    ? [{ output: hypothesis, expected: reference }]
    : hypothesis.map((output: string, index: number) => ({ output, expected: reference[index] }));

export const CORPUS_TOPICS: readonly CorpusTopic[] = [
  {
    file: 'bleu',
    plugin: 'bleu',
    config: ({ options }) => ({
      ...pick(options, 'tokenize', 'smooth_method', 'smooth_value', 'lowercase', 'max_ngram_order'),
      ...(options.effective_order === undefined
        ? {}
        : { effective_order: options.effective_order ? 'yes' : 'no' }),
    }),
    records: sentences,
    value: ({ bleu }) => bleu,
  },
  {
    file: 'chrf',
    plugin: 'chrf',
    config: ({ options }) =>
      pick(options, 'char_order', 'word_order', 'beta', 'lowercase', 'whitespace', 'eps_smoothing'),
    records: sentences,
    value: ({ chrf }) => chrf,
  },
  {
    file: 'ter',
    plugin: 'ter',
    config: ({ options }) =>
      pick(options, 'normalized', 'no_punct', 'asian_support', 'case_sensitive'),
    records: sentences,
    value: ({ ter, num_edits, ref_length }, { options }) =>
      options.output === 'components' ? { score: ter, num_edits, ref_length } : ter,
  },
  {
    file: 'wer',
    plugin: 'error-rate',
    config: ({ options }) => ({ contiguous: options.transform === 'contiguous' }),
    records: transcripts,
    value: (metrics) => metrics,
  },
  {
    file: 'cer',
    plugin: 'error-rate',
    config: () => ({ unit: 'character' }),
    records: transcripts,
    value: (metrics) => metrics,
  },
  {
    file: 'gleu',
    plugin: 'gleu',
    config: ({ options, note }) => ({
      ...pick(options, 'min_len', 'max_len'),
      // One vector comes from an implementation that lower-cases, and only its text says so.
      lowercase: note?.includes('lowercases') ?? false,
    }),
    records: answers,
    value: ({ gleu }) => gleu,
  },
  {
    file: 'rouge',
    plugin: 'rouge',
    config: ({ options }) => pick(options, 'type', 'use_stemmer'),
    records: answers,
    value: (metrics, { options: { type, field } }) => metrics[`${type}_${field}`],
  },
  {
    file: 'squad_f1',
    plugin: 'token-f1',
    config: () => ({}),
    records: answers,
    value: ({ f1, exact }) => ({ f1: 100 * f1!, em: 100 * exact! }),
  },
  {
    file: 'calibration',
    plugin: 'calibration',
    config: ({ options }) => pick(options, 'n_bins'),
    records: ({ inputs }) =>
      inputs.probs.map((probs: Loose, index: number) => ({ probs, labels: inputs.labels[index] })),
    value: ({ brier, ece, rmsce, mce }, { options }) =>
      options.metric === 'brier' ? brier : ({ l2: rmsce, max: mce }[options.norm as 'l2'] ?? ece),
  },
  {
    file: 'perplexity',
    plugin: 'perplexity',
    config: ({ options }) => ({
      words_of: options.denominator?.replace('words of ', '') ?? 'text',
    }),
    records: ({ inputs, options }) => {
      const field = options.denominator?.replace('words of ', '');
      return Array.isArray(inputs.logprobs[0])
        ? inputs.logprobs.map((logprobs: Loose, index: number) => ({
            logprobs,
            [field]: inputs[field][index],
          }))
        : inputs.logprobs.map((logprob: number) => ({ logprobs: [logprob] }));
    },
    value: (metrics, { options }) => metrics[options.stat],
  },
];
