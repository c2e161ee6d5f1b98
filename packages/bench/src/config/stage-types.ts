import { ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { MAX_CONCURRENCY, MAX_RETRIES } from '../calls/limits.js';
import { parseTemplate, TemplateError } from '../prompts/parse-template.js';
import type {
  CallsConfig,
  EvaluatorConfig,
  FilterConfig,
  ModelConfig,
  PriceConfig,
  PromptConfig,
  PromptMessage,
  ProviderConfig,
} from './benchmark-config.js';
import { parsePluginName } from './plugin-name.js';
import { PLUGIN_KEYS, pluginShape } from './plugin-types.js';
import {
  type ConfigKeys,
  either,
  listOf,
  mapOf,
  mapped,
  pathOf,
  shape,
} from './schema/config-type.js';
import {
  BOOLEAN,
  JSON_OBJECT,
  numberFrom,
  oneOf,
  PATH,
  text,
  wholeNumber,
} from './schema/config-values.js';

/** The fields that the bench itself puts into an evaluator's input; no field of a record may replace them. */
const RESERVED_FIELDS: readonly string[] = ['output', 'record', 'transcript', 'trajectory'];
/** The fields that the bench itself puts into a provider's input. */
const RESERVED_PARAMETERS: readonly string[] = ['model', 'prompt', 'messages', 'record'];
/** A million tokens of the most expensive model cost a few hundred. */
const MAX_PRICE = 1e9;

/** Requests or records in flight. */
export const CONCURRENCY = wholeNumber(1, MAX_CONCURRENCY);

const isText = (value: unknown): boolean => typeof value !== 'object';

/** Further fields of a provider's input. */
export const PARAMETERS = mapped(JSON_OBJECT, (parameters, node) => {
  rejectReserved(node, parameters, RESERVED_PARAMETERS);
  return parameters;
});

/** The price of a model. */
export const PRICE = shape<PriceConfig>({
  input: {
    required: true,
    type: numberFrom(0, MAX_PRICE),
    description: 'A million tokens of input.',
  },
  output: {
    required: true,
    type: numberFrom(0, MAX_PRICE),
    description: 'A million tokens of output.',
  },
  cachedInput: {
    type: numberFrom(0, MAX_PRICE),
    description: 'A million tokens of input that the server had cached. Default: that of input.',
  },
});

/** How calls that wait for a network are made. */
export const CALLS = shape<CallsConfig>({
  concurrency: { type: CONCURRENCY, description: 'Exact number of calls in flight.' },
  maxConcurrency: {
    type: CONCURRENCY,
    description: 'Calls in flight at most, while their number adapts to the server.',
  },
  requestsPerMinute: { type: wholeNumber(1), description: 'Requests a minute at most.' },
  tokensPerMinute: { type: wholeNumber(1), description: 'Tokens a minute at most.' },
  retries: {
    type: wholeNumber(0, MAX_RETRIES),
    description:
      'Further tries after a failure that may pass. Default: 5. Refused ones (429) do not count.',
  },
  timeoutMs: {
    type: wholeNumber(1),
    description: 'Time of one try, in milliseconds. Default: 300000.',
  },
});

/** A text with tags, see the plugin `template`. */
export const TEMPLATE = mapped(text(), (template, node) => {
  try {
    parseTemplate(template);
  } catch (cause) {
    if (!(cause instanceof TemplateError)) throw cause;
    refuse(node, `as a template: ${cause.message}`);
  }
  return template;
});

const MESSAGE = shape<PromptMessage>({
  role: { required: true, type: text(), description: 'Such as system, user or assistant.' },
  content: { required: true, type: TEMPLATE, description: 'A template.' },
});

/** A list of messages, at least one. */
export const MESSAGES = listOf(MESSAGE, 1, 'message');

/** A prompt of a configuration. */
export const PROMPT = either<string, PromptConfig>(
  isText,
  TEMPLATE,
  shape<PromptConfig>(
    {
      name: { type: text(), description: 'Column in the results.' },
      template: { type: TEMPLATE, description: 'Text with {{field}} for a field of the record.' },
      messages: { type: MESSAGES, description: 'A conversation; each content is a template.' },
      file: {
        type: PATH,
        description: 'A file with a template, or with messages if it is .json, .yaml or .yml.',
      },
      parameters: {
        type: PARAMETERS,
        description:
          "Further fields of the provider's input with this prompt, such as response_format.",
      },
    },
    {
      schema: {
        allOf: [
          { not: { required: ['template', 'messages'] } },
          { not: { required: ['template', 'file'] } },
          { not: { required: ['messages', 'file'] } },
        ],
      },
      check(prompt, node) {
        const given = (['template', 'messages', 'file'] as const).filter((key) => key in prompt);
        if (given.length > 1) {
          refuse(node, `only one of ${given.map((key) => `"${key}"`).join(' and ')} may be there`);
        }
      },
    },
  ),
);

const MODEL = either<string, ModelConfig>(
  isText,
  text(),
  shape<ModelConfig>({
    name: { required: true, type: text(), description: 'Handed to the plugin.' },
    parameters: { type: PARAMETERS, description: 'Override those of the provider.' },
    price: { type: PRICE, description: 'What its tokens cost.' },
  }),
);

const PRICES = mapOf(PRICE);

/** The keys that make no sense for a provider whose answers already exist. */
const NOT_REPLAYED = [
  'config',
  'limits',
  'metering',
  'permissions',
  'parameters',
  'prices',
] as const;

/** A provider of a configuration. */
export const PROVIDER = pluginShape<ProviderConfig>(
  {
    ...PLUGIN_KEYS,
    name: { type: text(), description: "Column in the results. Default: the plugin's name." },
    from: {
      type: PATH,
      description:
        'For the provider replay: folder of the run whose answers to use. Its providers and models are the default.',
    },
    models: {
      // Without models, all models of the replayed run are meant.
      type: listOf(MODEL),
      description: 'Models of the provider; each is asked every prompt about every record.',
    },
    asked: {
      type: BOOLEAN,
      description:
        'Not tested: answers only evaluators that ask it by its name, for example for embeddings. It has no models. Default: false.',
    },
    parameters: {
      type: PARAMETERS,
      description: "Further fields of the provider's input, such as temperature.",
    },
    prices: { type: PRICES, description: 'Prices of a million tokens, by name of the model.' },
    calls: { type: CALLS, description: 'How its calls are made: how many, how fast, how often.' },
  },
  {
    schema: {
      anyOf: [
        { required: ['models'], properties: { models: { minItems: 1 } } },
        { required: ['from'] },
        { required: ['asked'], properties: { asked: { const: true } } },
      ],
    },
    check(provider, node) {
      if (provider.asked === true) return checkAsked(provider, node);
      if (provider.from === undefined) {
        if (provider.models === undefined) refuse(node, '"models" is missing');
        if (provider.models.length === 0) {
          new ConfigNode(provider.models, pathOf(node, 'models')).reject('at least one model');
        }
        return;
      }
      if (parsePluginName(provider.plugin)?.name !== 'replay') {
        refuse(
          node,
          '"from" takes the answers of a run, which only the plugin "replay" gives; write "plugin: replay", or leave "from" out',
        );
      }
      for (const key of NOT_REPLAYED) {
        if (provider[key] === undefined) continue;
        refuse(
          node,
          `"${key}" has no effect together with "from", since nothing is asked; leave it out`,
        );
      }
    },
  },
);

/** What a provider that is only asked by evaluators cannot have. */
function checkAsked(
  provider: Pick<ProviderConfig, 'models' | 'from' | 'parameters'>,
  node: ConfigNode,
): void {
  if ((provider.models ?? []).length > 0) {
    refuse(
      new ConfigNode(provider.models, pathOf(node, 'models')),
      'a provider with "asked: true" is not tested; leave "models" out, or use two providers',
    );
  }
  for (const key of ['from', 'parameters'] as const) {
    if (provider[key] === undefined) continue;
    refuse(node, `"${key}" has no effect together with "asked"; leave it out`);
  }
}

/** The keys of an evaluator. */
export const EVALUATOR_KEYS: ConfigKeys<EvaluatorConfig> = {
  ...PLUGIN_KEYS,
  name: { type: text(), description: "Column in the results. Default: the plugin's name." },
  fields: {
    type: mapped(mapOf(text()), (fields, node) => {
      rejectReserved(node, fields, RESERVED_FIELDS);
      return fields;
    }),
    description: 'Further fields of its input, with their paths in the record.',
  },
  per: {
    type: oneOf(['conversation', 'turn']),
    description:
      'Whether it is asked once about a conversation, or about each turn. Default: conversation.',
  },
  threshold: {
    type: numberFrom(0, 1),
    description: 'A case passes if every evaluator that has a threshold reaches it.',
  },
  weight: {
    type: numberFrom(0, 1e6),
    description:
      "Share in a case's score, the weighted mean of its evaluators' scores. Default: 1.",
  },
  calls: { type: CALLS, description: 'For one that asks a model: how its calls are made.' },
  prices: { type: PRICES, description: 'For one that asks a model: prices, by name of the model.' },
  allowSelfJudging: {
    type: BOOLEAN,
    description: 'Permits a tested model to judge; the results state it. Default: false.',
  },
};

/** An evaluator of a configuration. */
export const EVALUATOR = pluginShape(EVALUATOR_KEYS);

/** A filter of a configuration. */
export const FILTER = pluginShape<FilterConfig>({
  ...PLUGIN_KEYS,
  droppedTexts: {
    type: BOOLEAN,
    description: 'Leaves the texts in rows that it drops. Default: false.',
  },
});

/** A transform of a configuration. */
export const TRANSFORM = pluginShape(PLUGIN_KEYS);

/** Throws `CONFIG_INVALID` for a value as a whole. */
export function refuse(node: ConfigNode, state: string): never {
  const what = node.path === '' ? 'configuration' : `"${node.path}"`;
  throw new ConfigError('CONFIG_INVALID', node.path, `Cannot read ${what}: ${state}`);
}

function rejectReserved(node: ConfigNode, given: object, reserved: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (!reserved.includes(key)) continue;
    throw new ConfigError(
      'CONFIG_INVALID',
      pathOf(node, key),
      `Cannot read "${node.path}": "${key}" is set for every call and cannot be changed`,
    );
  }
}
