import { ISOLATIONS } from '@testbench/core';

import type {
  BenchmarkConfig,
  BudgetsConfig,
  EpochsConfig,
  Reducer,
  SpendingConfig,
} from './benchmark-config.js';
import { checkTools, CONVERSATION, STEPS, TOOL } from './conversation-types.js';
import { DATASET } from './dataset-type.js';
import { LIMITS, PLUGIN_KEYS } from './plugin-types.js';
import {
  type ConfigKeys,
  type ConfigType,
  either,
  listOf,
  type RetiredKeys,
  shape,
} from './schema/config-type.js';
import { BOOLEAN, numberFrom, oneOf, PATH, text, wholeNumber } from './schema/config-values.js';
import { REPORTERS } from './reporters-type.js';
import {
  CONCURRENCY,
  EVALUATOR,
  FILTER,
  PROMPT,
  PROVIDER,
  refuse,
  TRANSFORM,
} from './stage-types.js';

/** More repetitions of a case would make intervals narrower than needed. */
const MAX_EPOCHS = 1000;
const MAX_MONEY = 1e12;

const REDUCER = text(
  /^(?:mean|median|mode|min|max|majority|pass[@^][1-9][0-9]{0,3}|at-least-[1-9][0-9]{0,3})$/,
  'mean, median, mode, min, max, majority, pass@k, pass^k or at-least-k',
) as ConfigType<Reducer>;

const EPOCHS = either<number, EpochsConfig>(
  (value) => typeof value !== 'object',
  wholeNumber(1, MAX_EPOCHS),
  shape<EpochsConfig>(
    {
      count: {
        required: true,
        type: wholeNumber(1, MAX_EPOCHS),
        description: 'How often each case is run.',
      },
      reducer: {
        type: REDUCER,
        description:
          'How the scores of a case are reduced: mean, median, mode, min, max, majority, pass@k, pass^k or at-least-k. Default: mean.',
      },
    },
    {
      check({ count, reducer = 'mean' }, node) {
        const k = Number(/\d+$/.exec(reducer)?.[0] ?? 0);
        if (k > count)
          refuse(node, `"${reducer}" needs a "count" of at least ${k}, found ${count}`);
      },
    },
  ),
);

const SPENDING: ConfigKeys<SpendingConfig> = {
  tokens: { type: wholeNumber(1), description: 'Tokens of input and output together.' },
  money: { type: numberFrom(0, MAX_MONEY), description: 'Money, in the currency of the prices.' },
};

const BUDGETS = shape<BudgetsConfig>({
  ...SPENDING,
  timeMs: { type: wholeNumber(1), description: 'Time of the run, in milliseconds.' },
  judge: { type: shape(SPENDING), description: 'What evaluators may spend of it.' },
});

const NAME = text(
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/,
  'letters, digits, ".", "_" or "-", at most 128, the first a letter or digit',
);

const RETIRED: RetiredKeys = {
  output: (value) =>
    `a folder for runs took its place. Write: outputDir: ${typeof value === 'string' ? value : 'results'}`,
};

const KEYS: ConfigKeys<BenchmarkConfig> = {
  $schema: { type: text(), description: 'Where editors find the JSON Schema of this file.' },
  // It becomes the name of a folder.
  name: { required: true, type: NAME, description: 'Names the results.' },
  description: { type: text(), description: 'For people.' },
  dataset: { required: true, type: DATASET, description: 'Where the records come from.' },
  prompts: {
    type: listOf(PROMPT, 1, 'prompt'),
    description: "The prompts for a record. Default: the record's input, unchanged.",
  },
  provider: { type: PROVIDER, description: 'The plugin that answers. Short for providers.' },
  providers: { type: listOf(PROVIDER, 1, 'provider'), description: 'The plugins that answer.' },
  transforms: {
    type: listOf(TRANSFORM),
    description: 'Plugins that rewrite the answer, one after the other.',
  },
  evaluators: {
    required: true,
    type: listOf(EVALUATOR, 1, 'evaluator'),
    description: 'Plugins that score the answer.',
  },
  filter: {
    type: FILTER,
    description: 'The plugin that decides which results count. Short for filters.',
  },
  filters: {
    type: listOf(FILTER),
    description: 'Plugins that decide which results count, one after the other.',
  },
  tools: { type: listOf(TOOL), description: 'Tools that the models may call.' },
  toolChoice: {
    type: text(),
    description: 'Whether models must call a tool: auto, none, required, or the name of one.',
  },
  maxSteps: {
    type: STEPS,
    description: 'Calls of a model for one turn at most, if plugins answer its tools. Default: 10.',
  },
  toolCheck: {
    type: PLUGIN_KEYS.plugin.type,
    description:
      'The plugin that checks arguments of tools by their schemas. Default: json-schema.',
  },
  conversation: {
    type: CONVERSATION,
    description: 'How a case goes on after the first answer: turns, and a simulated user.',
  },
  epochs: { type: EPOCHS, description: 'How often each case is asked. Default: 1.' },
  seed: {
    type: wholeNumber(0),
    description: 'For sampling, shuffling and the jitter of retries. Default: 0.',
  },
  limits: { type: LIMITS, description: 'Limits of every call; those of a stage take precedence.' },
  isolation: {
    type: oneOf(ISOLATIONS),
    description: 'Where plugins run; process for untrusted ones. Default: thread.',
  },
  pluginsDir: {
    type: PATH,
    description:
      'Folder with manifest.json and the modules of plugins by name. Default: that of the installed @testbench/plugins.',
  },
  policy: { type: PATH, description: 'A file of grants and secrets.' },
  concurrency: { type: CONCURRENCY, description: 'Cases in flight.' },
  failFast: { type: BOOLEAN, description: 'Stop at the first failed call. Default: false.' },
  budgets: {
    type: BUDGETS,
    description: 'What a run may spend; it ends cleanly before it spends more.',
  },
  cache: {
    type: oneOf(['use', 'refresh', 'off']),
    description: 'How to treat cached answers of paid calls. Default: use.',
  },
  cacheDir: { type: PATH, description: 'Folder of stored answers. Default: .cache in outputDir.' },
  onError: {
    type: oneOf(['missing', 'wrong']),
    description:
      'Whether a case without a score leaves the mean, or counts as 0. Default: missing.',
  },
  maxErrors: {
    type: wholeNumber(0),
    description: 'Cases that may stay without a score before the run counts as failed. Default: 0.',
  },
  reporters: {
    type: REPORTERS,
    description:
      'Reports written when a run ends: formats of testbench report by name, or your own modules, which are trusted.',
  },
  outputDir: { type: PATH, description: 'Folder for the runs.' },
};

/** The whole configuration, as a user writes it. */
export const BENCHMARK: ConfigType<BenchmarkConfig> = shape(KEYS, {
  retired: RETIRED,
  schema: {
    oneOf: [{ required: ['provider'] }, { required: ['providers'] }],
    not: { required: ['filter', 'filters'] },
  },
  check(config, node) {
    for (const [one, many] of [
      ['provider', 'providers'],
      ['filter', 'filters'],
    ] as const) {
      if (config[one] !== undefined && config[many] !== undefined) {
        refuse(node, `only one of "${one}" and "${many}" may be there`);
      }
    }
    if (config.provider === undefined && config.providers === undefined) {
      refuse(node, '"providers" is missing');
    }
    checkTools(config, node);
  },
});
