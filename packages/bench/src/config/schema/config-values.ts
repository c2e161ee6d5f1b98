import { resolve } from 'node:path';

import { ConfigNode } from '@testbench/types/config';
import type { JsonSchema } from '@testbench/types/schemas';

import type { ConfigType, ReadContext } from './config-type.js';

/** An environment variable instead of a number or a truth value. */
const REFERENCE_SCHEMA: JsonSchema = { type: 'string', pattern: '^\\$\\{env:[^}]+\\}$' };

/** A value; a text from a variable becomes the number or truth value that it stands for, because a variable can only be a text. */
export function withReference(node: ConfigNode, { references }: ReadContext): ConfigNode {
  const { value, path } = node;
  if (typeof value !== 'string' || references?.has(path) !== true) return node;
  if (value === 'true' || value === 'false') return new ConfigNode(value === 'true', path);
  const number = value.trim() === '' ? Number.NaN : Number(value);
  return Number.isNaN(number) ? node : new ConfigNode(number, path);
}

/** A text of at least one character; with `pattern`, one that matches; `expected` describes it in words. */
export function text(pattern?: RegExp, expected = 'a text'): ConfigType<string> {
  return {
    schema: {
      type: 'string',
      ...(pattern === undefined ? { minLength: 1 } : { pattern: pattern.source }),
    },
    read(node) {
      const value = node.text();
      if (pattern !== undefined && !pattern.test(value)) node.reject(expected);
      return value;
    },
  };
}

/** The path of a file or folder; made absolute. */
export const PATH: ConfigType<string> = {
  schema: { type: 'string', minLength: 1 },
  read: (node, { baseDirectory }) => resolve(baseDirectory, pathText(node)),
};

/** Reads a path unchanged. Operating systems end names at a zero byte. */
export function pathText(node: ConfigNode): string {
  const path = node.text();
  if (path.includes('\0')) node.reject('a path without a zero byte');
  return path;
}

export const BOOLEAN: ConfigType<boolean> = {
  schema: { anyOf: [{ type: 'boolean' }, REFERENCE_SCHEMA] },
  read: (node, context) => withReference(node, context).boolean(),
};

/** A whole number in an inclusive range. */
export function wholeNumber(minimum: number, maximum?: number): ConfigType<number> {
  return {
    schema: numberSchema('integer', minimum, maximum ?? Number.MAX_SAFE_INTEGER),
    read: (node, context) => withReference(node, context).wholeNumber(minimum, maximum),
  };
}

/** A number in an inclusive range. */
export function numberFrom(minimum: number, maximum: number): ConfigType<number> {
  return {
    schema: numberSchema('number', minimum, maximum),
    read: (node, context) => withReference(node, context).number(minimum, maximum),
  };
}

function numberSchema(type: string, minimum: number, maximum: number): JsonSchema {
  return { anyOf: [{ type, minimum, maximum }, REFERENCE_SCHEMA] };
}

/** One of a few texts. */
export function oneOf<Choice extends string>(choices: readonly Choice[]): ConfigType<Choice> {
  return { schema: { enum: choices }, read: (node) => node.oneOf(choices) };
}

/** An object with any JSON values. */
export const JSON_OBJECT: ConfigType<Readonly<Record<string, unknown>>> = {
  schema: { type: 'object' },
  read: (node) => node.object(),
};
