import { CODE_ADVICE } from './findings.js';

/** What becomes of an assertion. */
export interface ConvertedAssertion {
  readonly plugin: string;
  /** Name of the evaluator; names that occur twice get numbers later. */
  readonly name: string;
  readonly config?: Readonly<Record<string, unknown>>;
  /** The value that it compares with, and the field of the evaluator's input that it goes to. */
  readonly value?: { readonly field: string; readonly value: unknown };
  readonly threshold?: number;
  readonly weight: number;
  /** What it may access. */
  readonly permissions?: { readonly network: true; readonly allowedHosts: readonly string[] };
}

/** An assertion as it was read. */
export interface ReadAssertion {
  /** Without `not-`. */
  readonly type: string;
  readonly isNot: boolean;
  readonly value: unknown;
  readonly threshold: number | undefined;
  /** Name of a provider that can give embeddings. */
  readonly embedder?: string | undefined;
}

/** An evaluator, with a remark if it means something else here. */
export interface Conversion {
  readonly plugin: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly field?: string;
  /** @default the assertion's own */
  readonly value?: unknown;
  /** The score from which it passes. @default 1 */
  readonly threshold?: number;
  readonly remark?: string;
}

/** An assertion that cannot be taken: what to do. */
export interface Refusal {
  readonly advice: string;
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value ?? null);
const listOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : textOf(value).split(',')).map((each) => textOf(each).trim());

const NOT = {
  advice: 'its negation has no counterpart: turn the assertion round, or leave it out',
};

function contains(
  require: 'all' | 'any',
  ignore_case: boolean,
): (assertion: ReadAssertion) => Conversion | Refusal {
  return ({ value, isNot }) => {
    const texts = listOf(require === 'all' && !Array.isArray(value) ? [value] : value);
    if (texts.some((text) => text === '')) return { advice: 'a blank text is in every answer' };
    if (isNot && require === 'all' && texts.length > 1) return NOT;
    return {
      plugin: 'contains',
      config: { require: isNot ? 'none' : require, ignore_case },
      field: 'expected',
      value: texts,
    };
  };
}

const containsAll =
  (ignoreCase: boolean) =>
  (assertion: ReadAssertion): Conversion | Refusal =>
    contains('all', ignoreCase)({ ...assertion, value: listOf(assertion.value) });

function regex(pattern: string, { isNot }: ReadAssertion): Conversion | Refusal {
  const problem = patternProblem(pattern);
  if (problem !== undefined) {
    return { advice: `the plugin regex-match ${problem}: write another pattern` };
  }
  return {
    plugin: 'regex-match',
    ...(isNot ? { config: { negate: true } } : {}),
    field: 'expected',
    value: pattern,
  };
}

/** What the plugin has not; patterns are compiled to see their syntax, and never used. */
function patternProblem(pattern: string): string | undefined {
  if (/\(\?<?[=!]/.test(pattern)) return 'has no lookaround';
  if (/\\(?:[1-9]|k<)/.test(pattern)) return 'has no references back to a group';
  if (/\\[pP]\{/.test(pattern)) return 'has no \\p';
  if (pattern.trim() === '') return 'refuses a blank pattern';
  try {
    void new RegExp(pattern, 'u');
    return undefined;
  } catch (error) {
    return `reads patterns with the flag "u" (${(error as Error).message})`;
  }
}

function json(find: boolean): (assertion: ReadAssertion) => Conversion | Refusal {
  return ({ value, isNot }) => {
    if (isNot) return NOT;
    const schema = typeof value === 'string' ? parsed(value) : (value ?? {});
    if (typeof schema !== 'object')
      return { advice: 'its schema cannot be read: write it into the file' };
    return { plugin: 'json-schema', config: { find }, field: 'schema', value: schema };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A metric of text against a reference, from 0 to 1. */
function metric(
  plugin: string,
  threshold: number,
  config?: Readonly<Record<string, unknown>>,
  remark?: string,
): (assertion: ReadAssertion) => Conversion | Refusal {
  return ({ isNot, threshold: given }) => {
    if (isNot) return NOT;
    return {
      plugin,
      ...(config === undefined ? {} : { config }),
      field: 'expected',
      threshold: given ?? threshold,
      ...(remark === undefined ? {} : { remark }),
    };
  };
}

/** A rubric for a judge. */
function judge(
  rubric: unknown,
  field: string | undefined,
  threshold = 0.5,
): (assertion: ReadAssertion) => Conversion | Refusal {
  return ({ isNot, threshold: given }) => {
    if (isNot) return NOT;
    return {
      plugin: 'llm-judge',
      config: { rubric },
      ...(field === undefined ? {} : { field }),
      threshold: given ?? threshold,
      remark:
        'a judge is asked: check `model` in its `config`, and put the key into a policy (docs/judges.md); grades are from 1 to 5 here, a score of 0.5 is a 3',
    };
  };
}

const RUBRIC =
  '5: the answer meets the criterion that is given as the reference, fully. 3: it meets it in part. 1: it does not meet it.';

const refuse = (advice: string) => (): Refusal => ({ advice });
const CODE = refuse(CODE_ADVICE);
const FORMAT = refuse(
  'there is no plugin that parses it: write a script with the check (docs/scripts.md), or a regex',
);
const MEASURED = refuse(
  'time and cost are measured in every run: `testbench summary` shows them, and `budgets` ends a run before it spends more',
);

/** What becomes of each kind of assertion. */
export const KINDS: Readonly<Record<string, (assertion: ReadAssertion) => Conversion | Refusal>> = {
  equals: ({ value, isNot }) => {
    if (typeof value === 'object' && value !== null) {
      return isNot ? NOT : { plugin: 'json-diff', field: 'expected', value };
    }
    const text = textOf(value);
    // The whole answer, character by character: settings of exact-match would fold white space.
    if (isNot)
      return {
        plugin: 'regex-match',
        config: { whole: true, negate: true },
        field: 'expected',
        value: escape(text),
      };
    return {
      plugin: 'exact-match',
      config: { ignore_space: false },
      field: 'expected',
      value: text,
    };
  },
  contains: contains('all', false),
  icontains: contains('all', true),
  'contains-any': contains('any', false),
  'icontains-any': contains('any', true),
  'contains-all': containsAll(false),
  'icontains-all': containsAll(true),
  'starts-with': (assertion) => regex(`^${escape(textOf(assertion.value))}`, assertion),
  regex: (assertion) => regex(textOf(assertion.value), assertion),
  'is-json': json(false),
  'contains-json': json(true),
  levenshtein: ({ isNot }) =>
    isNot
      ? NOT
      : {
          plugin: 'levenshtein',
          field: 'expected',
          threshold: 0.8,
          remark:
            'promptfoo counts edits, here the score is 1 minus the edits over the longer length: check its threshold, which is 0.8',
        },
  'rouge-n': metric('rouge', 0.75, { type: 'rouge1' }),
  bleu: metric(
    'bleu-nltk',
    0.5,
    undefined,
    'it is the BLEU of NLTK: scores of short texts may differ',
  ),
  gleu: metric('gleu', 0.5, { tokenize: 'none' }),
  similar: ({ isNot, threshold, embedder }) => {
    if (isNot) return NOT;
    if (embedder === undefined) {
      const advice =
        'it takes a provider that gives embeddings: add one with the plugin `openai`, and an evaluator `semantic-similarity` that names it';
      return { advice };
    }
    return {
      plugin: 'semantic-similarity',
      config: { provider: embedder, model: 'text-embedding-3-large' },
      field: 'expected',
      threshold: threshold ?? 0.75,
      remark: `it asks the provider ${JSON.stringify(embedder)} for embeddings: check \`model\` in its \`config\``,
    };
  },
  'llm-rubric': judge(RUBRIC, 'expected'),
  'model-graded-closedqa': judge(RUBRIC, 'expected'),
  'g-eval': judge(RUBRIC, 'expected', 0.7),
  factuality: judge('factuality', 'expected'),
  'model-graded-factuality': judge('factuality', 'expected'),
  'answer-relevance': judge('answer-relevance', undefined),
  latency: MEASURED,
  cost: MEASURED,
  javascript: CODE,
  python: CODE,
  ruby: CODE,
  webhook: refuse(
    'an import does not call servers: write an evaluator plugin with a grant for the host',
  ),
  meteor: refuse('there is no METEOR here: `rouge`, `chrf` or `token-f1` measure overlap, too'),
  perplexity: refuse(
    'the plugin `perplexity` needs the logarithms of probabilities in the record (docs/metrics/perplexity.md)',
  ),
  'is-xml': FORMAT,
  'contains-xml': FORMAT,
  'is-sql': FORMAT,
  'contains-sql': FORMAT,
  'is-html': FORMAT,
  'contains-html': FORMAT,
  'is-refusal': refuse('the rubric `refusal` of `llm-judge` judges it: add it to "evaluators"'),
  'context-faithfulness': refuse(
    'the rubric `faithfulness` of `llm-judge` judges it: name the field of the sources in `context_field`',
  ),
  'context-recall': refuse(
    'the rubric `context-recall` of `llm-judge` judges it: name the field of the sources in `context_field`',
  ),
  'context-relevance': refuse(
    'the rubric `context-relevance` of `llm-judge` judges it: name the field of the sources in `context_field`',
  ),
  'is-valid-openai-tools-call': refuse(
    'the plugin `tool-calls` compares calls with those that are expected',
  ),
  'is-valid-openai-function-call': refuse(
    'the plugin `tool-calls` compares calls with those that are expected',
  ),
  'select-best': refuse(
    'two systems are compared record by record: `testbench compare` (docs/comparing.md), or the rubric `preference` of `llm-judge`',
  ),
  moderation: refuse('there is no plugin for it: write one, with a grant for its server'),
  classifier: refuse('there is no plugin for it: write one, with a grant for its server'),
};
