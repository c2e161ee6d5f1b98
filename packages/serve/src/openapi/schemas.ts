/** Schemas of the description, by name. In OpenAPI 3.1 they are JSON Schemas, 2020-12. */
const text = { type: 'string' };
const count = { type: 'integer', minimum: 1 };
const anything = {};
const texts = { type: 'object', additionalProperties: text };

/** Refers to a schema by its name. */
export function ref(name: string): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

function object(
  properties: Readonly<Record<string, object>>,
  required: readonly string[],
  isOpen = false,
): object {
  return {
    type: 'object',
    properties,
    required,
    ...(isOpen ? {} : { additionalProperties: false }),
  };
}

const CALL = {
  plugin: { ...text, description: 'The id under which the plugin is served' },
  timeout_ms: { ...count, description: "Time of each call, at most the plugin's own limit" },
  max_fuel: { ...count, description: "Fuel of each call, at most the plugin's own limit" },
};
const INPUT = {
  data: {
    description:
      'What the plugin works on; of an evaluator, an object with output and, in most cases, expected',
  },
  context: ref('Context'),
};
const OUTPUT = { data: anything, metadata: ref('Metadata') };

export const SCHEMAS = {
  Problem: object(
    {
      title: text,
      status: { type: 'integer' },
      detail: { ...text, description: 'For people; may change' },
      code: { ...text, description: 'From a closed set; match on it' },
      retryable: { type: 'boolean' },
      retry_after_ms: { type: 'integer', minimum: 0 },
      plugin_code: { type: ['integer', 'string'] },
    },
    ['title', 'status', 'detail', 'code'],
    true,
  ),
  Context: object({ request_id: text, metadata: texts }, []),
  Metadata: object(
    {
      metrics: { type: 'object', additionalProperties: { type: 'number' } },
      execution_time_ms: { type: 'number' },
      memory_used_bytes: { type: 'integer' },
      fuel_used: { type: 'integer' },
    },
    ['metrics', 'execution_time_ms', 'memory_used_bytes', 'fuel_used'],
    true,
  ),
  Plugin: object(
    {
      id: text,
      name: text,
      version: text,
      type: { enum: ['evaluator', 'provider', 'transform', 'filter', 'custom'] },
      description: text,
      digest: text,
      isolation: text,
      status: { enum: ['ready', 'executing', 'error', 'quarantined', 'unloading'] },
      limits: object(
        {
          timeout_ms: { type: 'number' },
          max_fuel: { type: ['number', 'null'], description: 'null: only the time is limited' },
          max_input_bytes: { type: 'number' },
          max_output_bytes: { type: 'number' },
        },
        ['timeout_ms', 'max_fuel', 'max_input_bytes', 'max_output_bytes'],
        true,
      ),
    },
    ['id', 'name', 'version', 'type', 'isolation', 'status', 'limits'],
    true,
  ),
  Plugins: object({ plugins: { type: 'array', items: ref('Plugin') } }, ['plugins'], true),
  Input: object(INPUT, ['data']),
  Execute: object({ ...CALL, ...INPUT }, ['plugin', 'data']),
  ExecuteBatch: object(
    { ...CALL, inputs: { type: 'array', items: ref('Input'), maxItems: 1_000_000 } },
    ['plugin', 'inputs'],
  ),
  ExecuteStream: { oneOf: [ref('Execute'), ref('ExecuteBatch')] },
  Output: object(OUTPUT, ['data', 'metadata'], true),
  Result: object(
    { type: { const: 'result' }, index: { type: 'integer', minimum: 0 }, ...OUTPUT },
    ['type', 'index', 'data', 'metadata'],
    true,
  ),
  Failure: object(
    { type: { const: 'error' }, index: { type: 'integer', minimum: 0 }, error: ref('Problem') },
    ['type', 'error'],
    true,
  ),
  Results: object(
    { results: { type: 'array', items: { oneOf: [ref('Result'), ref('Failure')] } } },
    ['results'],
    true,
  ),
  Line: {
    description: 'One line of a stream. Only results of a batch have an index.',
    oneOf: [
      object({ type: { const: 'chunk' }, text }, ['type', 'text'], true),
      object(
        { type: { const: 'result' }, index: { type: 'integer', minimum: 0 }, ...OUTPUT },
        ['type', 'data', 'metadata'],
        true,
      ),
      ref('Failure'),
    ],
  },
  OpenAiError: object(
    {
      error: object(
        {
          message: text,
          type: text,
          param: { type: ['string', 'null'] },
          code: text,
        },
        ['message', 'type', 'param', 'code'],
        true,
      ),
    },
    ['error'],
    true,
  ),
  Model: object(
    { id: text, object: { const: 'model' }, created: { type: 'integer' }, owned_by: text },
    ['id', 'object', 'created', 'owned_by'],
    true,
  ),
  Models: object(
    { object: { const: 'list' }, data: { type: 'array', items: ref('Model') } },
    ['object', 'data'],
    true,
  ),
  ChatRequest: object(
    {
      model: text,
      messages: {
        type: 'array',
        minItems: 1,
        items: object({ role: text, content: anything }, ['role'], true),
      },
      stream: { type: 'boolean' },
      stream_options: object({ include_usage: { type: 'boolean' } }, [], true),
      max_tokens: count,
      max_completion_tokens: count,
      n: { const: 1 },
    },
    ['model', 'messages'],
    true,
  ),
  ChatCompletion: object(
    {
      id: text,
      object: { const: 'chat.completion' },
      created: { type: 'integer' },
      model: text,
      choices: { type: 'array', items: { type: 'object' }, minItems: 1, maxItems: 1 },
      usage: { type: 'object' },
    },
    ['id', 'object', 'created', 'model', 'choices'],
    true,
  ),
} as const;
