import { DIALECT, type JsonSchema, orNull } from '../schema/json-schema.js';
import { MAX_EMBEDDING_DIMENSIONS } from '../limits.js';
import { MAX_ASKS_PER_ROUND, MAX_PROVIDER_NAME_LENGTH, MAX_TEXTS_PER_EMBED } from './limits.js';

const string = { type: 'string' };
const texts = { type: 'object', additionalProperties: string };

const request: JsonSchema = {
  type: 'object',
  required: ['url'],
  properties: { url: string, complete: false, embed: false },
};

const completion: JsonSchema = {
  type: 'object',
  required: ['provider', 'complete'],
  additionalProperties: false,
  properties: {
    provider: { type: 'string', minLength: 1, maxLength: MAX_PROVIDER_NAME_LENGTH },
    complete: { type: 'object' },
  },
};

const embedding: JsonSchema = {
  type: 'object',
  required: ['provider', 'embed'],
  additionalProperties: false,
  properties: {
    provider: { type: 'string', minLength: 1, maxLength: MAX_PROVIDER_NAME_LENGTH },
    embed: {
      type: 'object',
      required: ['model', 'input'],
      additionalProperties: false,
      properties: {
        model: { type: 'string', minLength: 1 },
        input: { type: 'array', minItems: 1, maxItems: MAX_TEXTS_PER_EMBED, items: string },
        dimensions: { type: 'integer', minimum: 1, maximum: MAX_EMBEDDING_DIMENSIONS },
      },
    },
  },
};

/**
 * JSON Schema of an output that asks: what `parseAskRound` accepts. The content of a request is checked when it is made; its fields are
 * `url`, `method`, `headers`, `body` or `body_base64`, and `timeout_ms`.
 */
export const ASKING_OUTPUT_SCHEMA: JsonSchema = {
  $schema: DIALECT,
  title: 'Testbench plugin output that asks',
  type: 'object',
  required: ['ask'],
  additionalProperties: false,
  properties: {
    ask: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_ASKS_PER_ROUND,
      items: { anyOf: [request, completion, embedding] },
    },
    continue: true,
    metadata: true,
  },
};

const error: JsonSchema = {
  type: 'object',
  required: ['code', 'message'],
  properties: {
    code: { type: 'integer', minimum: -6, maximum: -1 },
    message: string,
    retryable: { type: 'boolean' },
    retry_after_ms: { type: 'number', minimum: 0 },
  },
};

/** JSON Schema of the input that the host passes to `plugin_execute` in the rounds after one that asked. */
export const ANSWERED_INPUT_SCHEMA: JsonSchema = {
  $schema: DIALECT,
  title: 'Testbench plugin input with answers',
  type: 'object',
  required: ['data', 'continue', 'answers'],
  properties: {
    data: true,
    context: orNull({ type: 'object' }),
    continue: true,
    answers: {
      type: 'array',
      minItems: 1,
      maxItems: MAX_ASKS_PER_ROUND,
      items: {
        anyOf: [
          {
            type: 'object',
            required: ['status', 'url', 'headers'],
            properties: {
              status: { type: 'integer', minimum: 100, maximum: 999 },
              url: string,
              headers: texts,
              body: string,
              body_base64: string,
            },
          },
          { type: 'object', required: ['output'], properties: { output: true } },
          { type: 'object', required: ['error'], properties: { error } },
        ],
      },
    },
  },
};
