import { ConfigNode, joinPath, rejectUnknownKeys } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';

import { BenchError } from '../errors.js';
import { MAX_RUN_DEPTH } from './limits.js';

/** Rejects a value that does not have the shape. */
export type Shape = (node: ConfigNode) => unknown;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Any text, including an empty one. */
export const text: Shape = (node) => typeof node.value === 'string' || node.reject('a text');
export const count: Shape = (node) => node.wholeNumber(0);
export const amount: Shape = (node) => node.number(0, Number.MAX_VALUE);
export const finite: Shape = (node) => node.number(-Number.MAX_VALUE, Number.MAX_VALUE);
export const share: Shape = (node) => node.number(0, 1);
export const flag: Shape = (node) => node.boolean();
export const anything: Shape = () => undefined;
export const anyObject: Shape = (node) => node.object();
export const sha256: Shape = (node) =>
  DIGEST.test(node.text()) || node.reject('"sha256:" and 64 hex digits');

/** The shape, or null. */
export function orNull(shape: Shape): Shape {
  return (node) => node.value === null || shape(node);
}

/** A list whose entries all have the shape. */
export function listOf(shape: Shape): Shape {
  return (node) => {
    for (const entry of node.list()) shape(entry);
  };
}

/** An object with any keys whose values all have the shape. */
export function mapOf(shape: Shape): Shape {
  return (node) => {
    for (const [key, value] of Object.entries(node.object())) {
      shape(new ConfigNode(value, joinPath(node.path, key)));
    }
  };
}

/** An object with these fields; unknown ones are ignored. */
export function fieldsOf(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  return (node) => {
    const object = node.object();
    const at = (key: string): ConfigNode =>
      new ConfigNode(
        Object.hasOwn(object, key) ? object[key] : undefined,
        joinPath(node.path, key),
      );
    for (const [key, shape] of Object.entries(required)) shape(at(key));
    for (const [key, shape] of Object.entries(optional)) {
      const field = at(key);
      if (field.value !== undefined) shape(field);
    }
  };
}

/** An object with these fields and no others. */
export function exactly(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const known = [...Object.keys(required), ...Object.keys(optional)];
  const fields = fieldsOf(required, optional);
  return (node) => {
    rejectUnknownKeys(node.object(), known, node.path);
    fields(node);
  };
}

/** The path of a run's file, and what to do if the file is damaged. */
export interface StoredFile {
  readonly file: string;
  /** Such as `restore the file`. */
  readonly cure: string;
}

/**
 * Reads a JSON file of a run, trusting nothing in it.
 *
 * @throws {BenchError} `BENCH_RUN_DAMAGED`: it is not JSON, nests too deeply, or does not have the shape; the message says where.
 */
export function parseStored(json: string, shape: Shape, { file, cure }: StoredFile): unknown {
  const damaged = (state: string, cause?: unknown): BenchError =>
    new BenchError('BENCH_RUN_DAMAGED', `Cannot read ${JSON.stringify(file)}: ${state}; ${cure}`, {
      file,
      cause,
    });
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw damaged('it is not JSON', cause);
  }
  if (isTooDeep(value)) throw damaged(`it nests deeper than ${MAX_RUN_DEPTH} levels`);
  try {
    shape(new ConfigNode(value));
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    // The sentence is about this file, not about a configuration.
    throw damaged(cause.message.replace(/^Cannot read (?:configuration: )?/, ''), cause);
  }
  return value;
}

/** True if a value nests deeper than anything in a run: it would overflow the writer's stack. */
export function isTooDeep(value: unknown, left: number = MAX_RUN_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (left === 0) return true;
  for (const key in value) {
    if (isTooDeep((value as Readonly<Record<string, unknown>>)[key], left - 1)) return true;
  }
  return false;
}
