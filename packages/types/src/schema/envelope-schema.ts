import { MAX_SUM_NAME_LENGTH, MAX_SUMS } from '../aggregate/limits.js';
import { MAX_EMBEDDING_DIMENSIONS } from '../limits.js';
import type { PluginType } from '../metadata/plugin-metadata.js';
import { DIALECT, type JsonSchema, orNull } from './json-schema.js';

const unit = { type: 'number', minimum: 0, maximum: 1 };
const numbers = orNull({ type: 'object', additionalProperties: { type: 'number' } });
const string = { type: 'string' };
// Whole numbers that a double represents exactly.
const count = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };

/** JSON Schema of the input that the host passes to `plugin_execute` of the v1 contract. */
export const INPUT_ENVELOPE_SCHEMA: JsonSchema = {
  $schema: DIALECT,
  title: 'Testbench plugin input',
  type: 'object',
  required: ['data'],
  properties: {
    data: true,
    context: {
      type: 'object',
      properties: {
        request_id: string,
        metadata: { type: 'object', additionalProperties: string },
      },
    },
  },
};

/** JSON Schema of the output of `plugin_execute` of the v1 contract: what `parseOutputEnvelope` accepts. */
export const OUTPUT_ENVELOPE_SCHEMA: JsonSchema = {
  $schema: DIALECT,
  title: 'Testbench plugin output',
  type: 'object',
  required: ['data'],
  properties: {
    data: true,
    metadata: orNull({ type: 'object', properties: { metrics: numbers } }),
  },
};

/** JSON Schema of the `data` that asks an evaluator of sums for the score of a set: what `aggregateData` makes. */
export const AGGREGATE_DATA_SCHEMA: JsonSchema = {
  $schema: DIALECT,
  title: 'Testbench aggregate call',
  type: 'object',
  required: ['aggregate', 'n'],
  additionalProperties: false,
  properties: {
    aggregate: {
      type: 'object',
      minProperties: 1,
      maxProperties: MAX_SUMS,
      propertyNames: { maxLength: MAX_SUM_NAME_LENGTH },
      additionalProperties: { type: 'number' },
    },
    n: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  },
};

/** JSON Schema of an output's `data` by plugin type: what `validateOutputData` accepts. */
export const OUTPUT_DATA_SCHEMAS: Readonly<Record<PluginType, JsonSchema>> = {
  evaluator: {
    $schema: DIALECT,
    type: 'object',
    required: ['score'],
    properties: {
      score: unit,
      confidence: orNull(unit),
      metrics: numbers,
      explanation: orNull(string),
    },
  },
  provider: {
    $schema: DIALECT,
    type: 'object',
    required: ['text', 'model'],
    properties: {
      text: string,
      model: string,
      finish_reason: orNull(string),
      embeddings: orNull({
        type: 'array',
        items: {
          type: 'array',
          minItems: 1,
          maxItems: MAX_EMBEDDING_DIMENSIONS,
          items: { type: 'number' },
        },
      }),
      usage: orNull({
        type: 'object',
        properties: {
          prompt_tokens: orNull(count),
          completion_tokens: orNull(count),
          total_tokens: orNull(count),
        },
      }),
    },
  },
  transform: { $schema: DIALECT },
  filter: {
    $schema: DIALECT,
    type: 'object',
    required: ['items'],
    properties: {
      items: { type: 'array' },
      dropped: orNull({
        type: 'array',
        items: { type: 'object', required: ['index'], properties: { index: count } },
      }),
    },
  },
  custom: { $schema: DIALECT },
};
