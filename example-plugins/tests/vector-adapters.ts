import type { TestHost } from '@testbench/sdk';

/** A test vector, as in the files of the reference data. */
export interface Vector {
  readonly id: string;
  readonly inputs: Loose;
  readonly options: Loose;
  readonly expected: Loose;
  readonly tolerance: number;
  readonly note?: string;
}

/** JSON of any shape. */
type Loose = ReturnType<typeof JSON.parse>;

/** How the vectors of one file are given to a plugin. */
interface Adapter {
  readonly plugin: string;
  /** The file, if it is not named like the adapter. */
  readonly file?: string;
  /** Which vectors of the file are used. @default all */
  readonly only?: (vector: Vector) => boolean;
  /** Vectors that need a feature that the plugin does not offer, as documented. */
  readonly unsupported?: (vector: Vector) => boolean;
  /** What they need, for the table. */
  readonly needs?: string;
  readonly config: (vector: Vector) => object;
  /** Computes the value that the vector expects: a number, or an object of numbers. */
  readonly run: (vector: Vector, host: TestHost) => Promise<Loose>;
}

const call = async (host: TestHost, data: object): Promise<Loose> =>
  (await host.call<Loose>(data)).data;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Omits missing values, so that the plugin's defaults apply. */
function given(options: Loose, ...keys: string[]): object {
  return Object.fromEntries(
    keys
      .filter((key) => options[key] !== undefined && options[key] !== null)
      .map((key) => [key, options[key]]),
  );
}

/** Those of several results that a vector expects; a result that the plugin does not give is undefined, and fails. */
function pick(parts: Loose, { expected }: Vector): Loose {
  if (Array.isArray(expected)) return parts;
  return Object.fromEntries(Object.keys(expected).map((key) => [key, parts[key]]));
}

/** `hypothesis` with its own references, or `hypotheses` with reference streams. */
const translation = ({ inputs }: Vector): object => ({
  output: inputs.hypotheses ?? inputs.hypothesis,
  expected: inputs.references,
});

/**
 * Vectors of texts with slightly more or fewer estimated syllables than in textstat's dictionary, or (37 and 40, the
 * Gunning fog index) with words from its list of easy ones.
 */
const MISESTIMATED: ReadonlySet<string> = new Set(
  [29, 30, 34, 35, 37, 40, 45].map((number) => `readability-0${number}`),
);

/** Adapter by the name of the file. */
export const ADAPTERS: Readonly<Record<string, Adapter>> = {
  squad_f1: {
    plugin: 'token-f1',
    config: () => ({}),
    run: async ({ inputs, options }, host) => {
      const score = async (output: string, expected: string[]): Promise<Loose> => {
        const { score: f1, metrics } = await call(host, { output, expected });
        return { f1, em: metrics.exact };
      };
      if (inputs.prediction !== undefined) {
        const result = await score(inputs.prediction, inputs.references);
        return options.field === undefined ? result : result[options.field];
      }
      const results: Loose[] = [];
      for (const [index, prediction] of inputs.predictions.entries()) {
        results.push(await score(prediction, inputs.references[index]));
      }
      return {
        f1: 100 * mean(results.map(({ f1 }) => f1)),
        em: 100 * mean(results.map(({ em }) => em)),
      };
    },
  },
  squad_variants: {
    plugin: 'token-f1',
    config: ({ options }) => ({
      ...given(options, 'stop_words'),
      normalize: options.variant === undefined,
    }),
    run: async ({ inputs }, host) =>
      (await call(host, { output: inputs.prediction, expected: inputs.references })).score,
  },
  exact_match_hf: {
    plugin: 'exact-match',
    config: ({ options }) => ({ ...options, ignore_space: false }),
    run: async ({ inputs }, host) => {
      const scores: number[] = [];
      for (const [index, output] of inputs.predictions.entries()) {
        scores.push((await call(host, { output, expected: inputs.references[index] })).score);
      }
      return mean(scores);
    },
  },
  levenshtein: {
    plugin: 'levenshtein',
    config: () => ({}),
    run: async ({ inputs }, host) => (await call(host, inputs)).score,
  },
  wer: {
    plugin: 'error-rate',
    config: ({ options }) => ({ contiguous: options.transform === 'contiguous' }),
    run: async ({ inputs }, host) =>
      (await call(host, { output: inputs.hypothesis, expected: inputs.reference })).metrics,
  },
  cer: {
    plugin: 'error-rate',
    config: () => ({ unit: 'character' }),
    run: async ({ inputs }, host) =>
      (await call(host, { output: inputs.hypothesis, expected: inputs.reference })).metrics,
  },
  rouge: {
    plugin: 'rouge',
    config: ({ options }) => given(options, 'type', 'use_stemmer'),
    run: async ({ inputs, options }, host) => {
      const score = async (output: string, expected: string | string[]): Promise<Loose> => {
        const { metrics } = await call(host, { output, expected });
        const value = (field: string): number => metrics[`${options.type}_${field}`];
        return {
          precision: value('precision'),
          recall: value('recall'),
          fmeasure: value('fmeasure'),
        };
      };
      if (inputs.target !== undefined || inputs.prediction !== undefined) {
        const result = await score(inputs.prediction, inputs.target ?? inputs.targets);
        return options.field === undefined ? result : result[options.field];
      }
      const results: Loose[] = [];
      for (const [index, prediction] of inputs.predictions.entries()) {
        results.push(await score(prediction, inputs.targets[index]));
      }
      return mean(results.map((result) => result[options.field ?? 'fmeasure']));
    },
  },
  bleu: {
    plugin: 'bleu',
    config: ({ options }) => ({
      ...given(
        options,
        'tokenize',
        'smooth_method',
        'smooth_value',
        'lowercase',
        'max_ngram_order',
      ),
      ...(options.effective_order !== undefined && {
        effective_order: options.effective_order ? 'yes' : 'no',
      }),
    }),
    run: async (vector, host) => {
      const { metrics } = await call(host, translation(vector));
      const orders = Array.from({ length: vector.options.max_ngram_order ?? 4 }, (_, n) => n + 1);
      const counts = orders.map((n) => metrics[`correct_${n}`]);
      const totals = orders.map((n) => metrics[`total_${n}`]);
      const { output_length: sys_len, reference_length: ref_len } = metrics;
      const parts: Loose = {
        score: metrics.bleu,
        counts,
        totals,
        precisions: orders.map((n) => (100 * counts[n - 1]) / totals[n - 1]),
        bp: sys_len < ref_len ? Math.exp(1 - ref_len / sys_len) : 1,
        sys_len,
        ref_len,
      };
      return typeof vector.expected === 'number'
        ? parts[vector.options.output ?? 'score']
        : pick(parts, vector);
    },
  },
  chrf: {
    plugin: 'chrf',
    config: ({ options }) =>
      given(
        options,
        'char_order',
        'word_order',
        'beta',
        'lowercase',
        'whitespace',
        'eps_smoothing',
      ),
    run: async (vector, host) => (await call(host, translation(vector))).metrics.chrf,
  },
  pass_at_k: {
    plugin: 'pass-at-k',
    config: () => ({}),
    run: async ({ inputs, options }, host) => (await call(host, inputs))[options.field],
  },
  perplexity: {
    plugin: 'perplexity',
    config: ({ options }) => ({
      ...given(options, 'last_tokens'),
      words_of: options.denominator?.replace('words of ', '') ?? 'text',
    }),
    run: async ({ inputs, options }, host) => (await call(host, inputs))[options.stat],
  },
  calibration: {
    plugin: 'calibration',
    config: ({ options }) => given(options, 'n_bins'),
    run: async ({ inputs, options }, host) => {
      const result = await call(host, inputs);
      if (options.metric === 'brier') return result.brier;
      return result[{ l1: 'ece', l2: 'rmsce', max: 'mce' }[options.norm as 'l1'] ?? 'ece'];
    },
  },
  classification: {
    file: 'statistics/classification',
    plugin: 'classification',
    only: ({ options }) => options.stat === 'classification_report',
    config: ({ options }) => ({ average: (options.labels ?? []).map(String) }),
    run: async ({ inputs }, host) => {
      const texts = (labels: Loose[]): string[] => labels.map((label) => String(label ?? ''));
      const { metrics } = await call(host, {
        output: texts(inputs.y_pred),
        expected: texts(inputs.y_true),
      });
      const scores = (name: string, join: (name: string, kind: string) => string): Loose =>
        Object.fromEntries(
          ['precision', 'recall', 'f1', 'support'].map((kind) => [kind, metrics[join(name, kind)]]),
        );
      const averages = ['micro', 'macro', 'weighted'].map((name) => [
        name,
        scores(name, (average, kind) => `${average}_${kind}`),
      ]);
      const classes = Object.keys(metrics).flatMap((key) => /^support:(.*)$/.exec(key)?.[1] ?? []);
      const per_class = classes.map((label) => [
        label,
        scores(label, (name, kind) => `${kind}:${name}`),
      ]);
      return {
        ...metrics,
        ...Object.fromEntries(averages),
        per_class: Object.fromEntries(per_class),
      };
    },
  },
  roc_auc: {
    file: 'statistics/classification',
    plugin: 'classification',
    // If there is no area, the plugin refuses the set.
    only: ({ options, expected }) => options.stat === 'roc_auc' && expected !== null,
    config: () => ({ positive: '1' }),
    run: async ({ inputs: { y_true: truth, score } }, host) =>
      (await call(host, { output: truth, expected: truth, probability: score })).metrics.auc,
  },
  cosine: {
    plugin: 'cosine',
    config: ({ options }) => given(options, 'expected_min'),
    run: async ({ inputs }, host) => {
      const data = { output_embedding: inputs.a, expected_embedding: inputs.b };
      const { score, metrics } = await call(host, data);
      return { scaled: score, cosine: metrics?.cosine ?? null };
    },
  },
  numeric_diff: {
    plugin: 'numeric-diff',
    config: () => ({}),
    run: async ({ inputs }, host) => (await call(host, inputs)).score,
  },
  json_diff: {
    plugin: 'json-diff',
    config: ({ inputs, options }) => ({
      preserve_strings: options.preserveStrings ?? inputs.preserveStrings ?? false,
    }),
    run: async ({ inputs }, host) => (await call(host, inputs)).score,
  },
  list_contains: {
    plugin: 'list-contains',
    config: ({ inputs, options }) => ({
      allow_extra_entities: inputs.allowExtraEntities ?? options.allowExtraEntities ?? false,
    }),
    run: async ({ inputs }, host) => (await call(host, inputs)).score,
  },
  valid_json: {
    plugin: 'json-validity',
    config: () => ({}),
    run: async ({ inputs }, host) => (await call(host, inputs)).score,
  },
  exact_match_json: {
    plugin: 'exact-match',
    config: () => ({ compare_json: true }),
    run: async ({ inputs }, host) => (await call(host, inputs)).score,
  },
  numeric_match: {
    plugin: 'match',
    only: ({ options }) => options.mode === undefined,
    config: ({ options }) => given(options, 'numeric', 'location'),
    run: async ({ inputs }, host) =>
      (await call(host, { output: inputs.output, expected: inputs.targets })).score,
  },
  gsm8k_extract: {
    file: 'numeric_match',
    plugin: 'answer-extractor',
    only: ({ options }) => options.mode === 'gsm8k_extract',
    config: () => ({ after: '#### ', take: 'number', which: 'first', otherwise: 'empty' }),
    run: async ({ inputs }, host) => {
      const { text } = await call(host, { text: inputs.completion });
      // The reference's word for "no answer".
      return text === '' ? '[invalid]' : text;
    },
  },
  ter: {
    plugin: 'ter',
    config: ({ options }) =>
      given(options, 'normalized', 'no_punct', 'asian_support', 'case_sensitive'),
    run: async (vector, host) => {
      const { metrics } = await call(host, translation(vector));
      return vector.options.output === 'components'
        ? { ...metrics, score: metrics.ter }
        : metrics.ter;
    },
  },
  tokenizer_tercom: {
    plugin: 'ter',
    config: ({ options }) => ({ case_sensitive: false, ...options }),
    // The plugin does not show its tokens, only their number, and that they equal those of the expected line.
    run: async ({ inputs, expected }, host) => {
      const { metrics } = await call(host, { output: expected, expected: inputs.text });
      const tokens = expected.split(' ').filter((token: string) => token !== '');
      return metrics.num_edits === 0 && metrics.ref_length === tokens.length ? expected : metrics;
    },
  },
  gleu: {
    plugin: 'gleu',
    config: ({ options, note }) => ({
      ...given(options, 'min_len', 'max_len'),
      // One vector comes from an implementation that lower-cases, and only its text says so.
      lowercase: note?.includes('lowercases') ?? false,
    }),
    run: async ({ inputs }, host) =>
      (await call(host, { output: inputs.predictions, expected: inputs.references })).score,
  },
  tokenizer_13a: {
    plugin: 'gleu',
    config: () => ({ min_len: 2, max_len: 2 }),
    // As for tokenizer_tercom: the pairs of tokens must equal those of the expected line, in the same number.
    run: async ({ inputs, expected }, host) => {
      const { metrics } = await call(host, { output: expected, expected: inputs.text });
      const pairs = Math.max(0, expected.split(' ').length - 1);
      return metrics.matches === pairs && metrics.total === pairs ? expected : metrics;
    },
  },
  bleu_nltk: {
    plugin: 'bleu-nltk',
    config: ({ options }) => ({
      ...given(options, 'weights', 'epsilon', 'alpha', 'k', 'auto_reweigh'),
      // `method4` or 4.
      smoothing: Number(
        String(options.smoothing ?? options.smoothing_function ?? 0).replace('method', ''),
      ),
    }),
    run: async ({ inputs, options }, host) => {
      const { score, metrics } = await call(host, {
        output: inputs.hypotheses ?? inputs.hypothesis,
        expected: inputs.references_per_segment ?? inputs.references,
      });
      return options.output === 'modified_precision' ? metrics[`precision_${options.n}`] : score;
    },
  },
  readability: {
    plugin: 'readability',
    // textstat looks up syllables and easy words; the plugin estimates the former, and treats no word as easy.
    unsupported: ({ id }) => MISESTIMATED.has(id),
    needs: 'a word list',
    config: () => ({}),
    run: async ({ inputs, options }, host) =>
      (await call(host, { output: inputs.text })).metrics[options.metric],
  },
  pii: {
    plugin: 'pii',
    config: ({ options }) => ({ entities: [options.entity], weak: true }),
    run: async ({ inputs, expected }, host) => {
      const { dropped } = await call(host, { items: [inputs.text] });
      const spans = Array.from(
        (dropped[0]?.reason ?? '').matchAll(/(\d+)-(\d+)/g),
        (match: Loose) => [Number(match[1]), Number(match[2])],
      );
      // One string each, because the comparison accepts only lists of numbers.
      return JSON.stringify(spans) === JSON.stringify(expected) ? expected : spans;
    },
  },
  multiple_choice: {
    plugin: 'multiple-choice',
    config: ({ options }) => ({
      ...given(options, 'ignore_first_space'),
      normalization:
        options.normalization ??
        (options.metric.endsWith('_norm') ? options.metric.replace('_norm', '') : 'none'),
    }),
    run: async ({ inputs, options }, host) => {
      // The vectors give probabilities; the plugin takes their logarithms.
      const logprobs =
        inputs.logprobs ??
        (inputs.probs ?? inputs.rank_probs).map((value: number) => Math.log(value));
      const result = await call(host, { ...inputs, logprobs });
      const fields = { acc: 'accuracy', mc_prob: 'probability', mrr: 'reciprocal_rank' };
      return result[fields[options.metric as keyof typeof fields] ?? 'scores'];
    },
  },
};
