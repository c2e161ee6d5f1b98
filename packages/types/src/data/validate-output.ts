import { isJsonObject } from './is-json-object.js';
import type { PluginType } from '../metadata/plugin-metadata.js';
import { MAX_EMBEDDING_DIMENSIONS } from '../limits.js';
import { WireError } from './wire-error.js';

type JsonObject = Record<string, unknown>;

/**
 * Checks the `data` that a plugin returned against the shape for its type.
 *
 * Transforms and custom plugins may return any JSON value. Numbers must be finite: JSON has no NaN,
 * but `1e400` parses to Infinity.
 *
 * @param type The plugin's type.
 * @param data A parsed JSON value; not changed.
 * @throws {WireError} `WIRE_BAD_SHAPE`, naming the field.
 *
 * @example
 * ```ts
 * import { validateOutputData } from '@testbench/types';
 *
 * validateOutputData('evaluator', { score: 0.5 });
 * try {
 *   validateOutputData('evaluator', { score: 7 });
 * } catch (error) {
 *   (error as Error).message; // => '"data.score" is 7, expected a number from 0 to 1'
 * }
 * ```
 */
export function validateOutputData(type: PluginType, data: unknown): void {
  switch (type) {
    case 'evaluator':
      return validateEvaluator(data);
    case 'provider':
      return validateProvider(data);
    case 'filter':
      return validateFilter(data);
    case 'transform':
    case 'custom':
      return undefined;
    default: {
      // Forgetting a type here is a compile error.
      const unknownType: never = type;
      return fail(`the plugin type "${String(unknownType)}"`, 'it is unknown');
    }
  }
}

/**
 * Takes the envelope of an output apart: `data`, and the numbers under `metadata.metrics`.
 *
 * @throws {WireError} `WIRE_BAD_SHAPE`.
 */
export function parseOutputEnvelope(value: unknown): {
  data: unknown;
  metrics: Readonly<Record<string, number>>;
} {
  if (!isJsonObject(value) || !Object.hasOwn(value, 'data')) {
    fail('the output', 'expected an object with a field "data"');
  }
  const metadata = ownValue(value, 'metadata');
  if (metadata === undefined) return { data: value['data'], metrics: {} };
  if (!isJsonObject(metadata)) fail('"metadata"', 'expected an object');
  const metrics = ownValue(metadata, 'metrics');
  if (metrics === undefined) return { data: value['data'], metrics: {} };
  return { data: value['data'], metrics: requireNumberMap(metrics, 'metadata.metrics') };
}

function validateEvaluator(data: unknown): void {
  const result = requireObject(data);
  requireUnitInterval(ownValue(result, 'score'), 'data.score');
  const confidence = ownValue(result, 'confidence');
  if (confidence !== undefined) requireUnitInterval(confidence, 'data.confidence');
  const metrics = ownValue(result, 'metrics');
  if (metrics !== undefined) requireNumberMap(metrics, 'data.metrics');
  optionalString(result, 'explanation');
}

function validateProvider(data: unknown): void {
  const result = requireObject(data);
  for (const key of ['text', 'model']) {
    if (ownValue(result, key) === undefined) fail(`"data.${key}"`, 'it is missing');
    optionalString(result, key);
  }
  optionalString(result, 'finish_reason');
  validateEmbeddings(ownValue(result, 'embeddings'));
  const usage = ownValue(result, 'usage');
  if (usage === undefined) return;
  if (!isJsonObject(usage)) fail('"data.usage"', 'expected an object');
  for (const key of ['prompt_tokens', 'completion_tokens', 'total_tokens']) {
    const count = ownValue(usage, key);
    if (count !== undefined && !(Number.isSafeInteger(count) && (count as number) >= 0)) {
      fail(`"data.usage.${key}"`, `expected a whole number from 0`);
    }
  }
}

/** Vectors of one length, of finite numbers: what is computed with them relies on both. */
function validateEmbeddings(list: unknown): void {
  if (list === undefined) return;
  if (!Array.isArray(list)) fail('"data.embeddings"', 'expected a list of vectors');
  const length = Array.isArray(list[0]) ? list[0].length : 0;
  for (const [index, vector] of list.entries()) {
    const place = `"data.embeddings[${index}]"`;
    if (!Array.isArray(vector) || vector.length === 0) fail(place, 'expected a list of numbers');
    if (vector.length > MAX_EMBEDDING_DIMENSIONS) {
      fail(place, `it has ${vector.length} numbers, limit is ${MAX_EMBEDDING_DIMENSIONS}`);
    }
    if (vector.length !== length) {
      fail(place, `it has ${vector.length} numbers, the first one has ${length}`);
    }
    if (!vector.every((number) => Number.isFinite(number))) {
      fail(place, 'expected finite numbers only');
    }
  }
}

function validateFilter(data: unknown): void {
  const result = requireObject(data);
  if (!Array.isArray(ownValue(result, 'items'))) fail('"data.items"', 'expected a list');
  const dropped = ownValue(result, 'dropped');
  if (dropped === undefined) return;
  if (!Array.isArray(dropped)) fail('"data.dropped"', 'expected a list');
  for (const [position, entry] of dropped.entries()) {
    const index = isJsonObject(entry) ? ownValue(entry, 'index') : undefined;
    if (!Number.isSafeInteger(index) || (index as number) < 0) {
      fail(`"data.dropped[${position}].index"`, 'expected a whole number from 0');
    }
  }
}

/** Absent and `null` are the same: many JSON writers emit `null` for an empty option. */
function ownValue(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? (object[key] ?? undefined) : undefined;
}

function requireObject(data: unknown): JsonObject {
  return isJsonObject(data) ? data : fail('"data"', 'expected an object');
}

function requireUnitInterval(value: unknown, field: string): void {
  if (typeof value !== 'number' || !(value >= 0 && value <= 1)) {
    fail(`"${field}" is ${describe(value)}`, 'expected a number from 0 to 1', ', ');
  }
}

function requireNumberMap(value: unknown, field: string): Readonly<Record<string, number>> {
  if (!isJsonObject(value)) return fail(`"${field}"`, 'expected an object of numbers');
  for (const [name, number] of Object.entries(value)) {
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      fail(`"${field}.${name}" is ${describe(number)}`, 'expected a finite number', ', ');
    }
  }
  return value as Readonly<Record<string, number>>;
}

function optionalString(object: JsonObject, key: string): void {
  const value = ownValue(object, key);
  if (value !== undefined && typeof value !== 'string') fail(`"data.${key}"`, 'expected a string');
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

function fail(what: string, state: string, separator = ': '): never {
  throw new WireError('WIRE_BAD_SHAPE', `${what}${separator}${state}`);
}
