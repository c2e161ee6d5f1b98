import { ref, SCHEMAS } from './schemas.js';

type SchemaName = keyof typeof SCHEMAS;

interface Operation {
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly body?: SchemaName;
  readonly answer: object;
  readonly errors?: SchemaName;
  readonly isOpen?: true;
  readonly parameters?: readonly object[];
}

function json(name: SchemaName): object {
  return { 'application/json': { schema: ref(name) } };
}

function operation(given: Operation): object {
  const { id, summary, description, body, answer, errors = 'Problem', isOpen, parameters } = given;
  const type = errors === 'Problem' ? 'application/problem+json' : 'application/json';
  return {
    operationId: id,
    summary,
    ...(description && { description }),
    ...(isOpen && { security: [] }),
    ...(parameters && { parameters }),
    ...(body && { requestBody: { required: true, content: json(body) } }),
    responses: {
      200: { description: 'The answer', content: answer },
      default: { description: 'Why there is none', content: { [type]: { schema: ref(errors) } } },
    },
  };
}

const STATUS = {
  'application/json': {
    schema: {
      type: 'object',
      properties: {
        status: { enum: ['ok', 'not ready'] },
        failing: { type: 'array', items: { type: 'string' } },
      },
      required: ['status', 'failing'],
    },
  },
};
const PLAIN = { 'text/plain': { schema: { type: 'string' } } };

/** The description of the API, served at `/openapi.json`; `openapi.json` of the package is the same. */
export const OPEN_API = {
  openapi: '3.1.0',
  info: {
    title: 'Testbench plugins',
    version: '1',
    summary: 'Evaluators, providers, transforms and filters over HTTP',
    license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
  },
  servers: [{ url: '/' }],
  security: [{ token: [] }],
  paths: {
    '/v1/plugins': {
      get: operation({
        id: 'listPlugins',
        summary: 'What can be called',
        answer: json('Plugins'),
      }),
    },
    '/v1/execute': {
      post: operation({
        id: 'execute',
        summary: 'Run one input through a plugin',
        body: 'Execute',
        answer: json('Output'),
      }),
    },
    '/v1/execute/batch': {
      post: operation({
        id: 'executeBatch',
        summary: 'Run several inputs through a plugin',
        description:
          'Results are in the order of the inputs. One that failed does not affect others.',
        body: 'ExecuteBatch',
        answer: json('Results'),
      }),
    },
    '/v1/execute/stream': {
      post: operation({
        id: 'executeStream',
        summary: 'The same as lines of JSON, each sent as soon as it is known',
        description:
          'With "data", chunks as the plugin emits them and then its result; with "inputs", the results in order. The last line of a stream that was cut short is an error without an index.',
        body: 'ExecuteStream',
        answer: { 'application/x-ndjson': { schema: ref('Line') } },
      }),
    },
    '/v1/models': {
      get: operation({
        id: 'listModels',
        summary: "Models, in OpenAI's shape",
        answer: json('Models'),
        errors: 'OpenAiError',
      }),
    },
    '/v1/models/{model}': {
      get: operation({
        id: 'showModel',
        summary: "One model, in OpenAI's shape",
        parameters: [{ name: 'model', in: 'path', required: true, schema: { type: 'string' } }],
        answer: json('Model'),
        errors: 'OpenAiError',
      }),
    },
    '/v1/chat/completions': {
      post: operation({
        id: 'chatCompletions',
        summary: "An answer of a provider, in OpenAI's shape",
        body: 'ChatRequest',
        answer: {
          ...json('ChatCompletion'),
          'text/event-stream': { schema: { type: 'string' } },
        },
        errors: 'OpenAiError',
      }),
    },
    '/metrics': {
      get: operation({ id: 'metrics', summary: 'Figures for Prometheus', answer: PLAIN }),
    },
    '/healthz': {
      get: operation({
        id: 'health',
        summary: 'The process answers',
        answer: STATUS,
        isOpen: true,
      }),
    },
    '/readyz': {
      get: operation({
        id: 'ready',
        summary: 'The server takes requests; 503 if it does not',
        answer: STATUS,
        isOpen: true,
      }),
    },
    '/openapi.json': {
      get: operation({
        id: 'openApi',
        summary: 'This description',
        answer: { 'application/json': { schema: { type: 'object' } } },
        isOpen: true,
      }),
    },
  },
  components: {
    securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    schemas: SCHEMAS,
  },
};
