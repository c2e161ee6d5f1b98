import { resolve } from 'node:path';

import type { JsonSchema } from '@testbench/types';

import type { ConfigType } from './config-type.js';

/** A text of at least one character; with `pattern`, one that matches, and `expected` says in words what that is. */
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
  read: (node, { baseDirectory }) => resolve(baseDirectory, node.text()),
};

export const BOOLEAN: ConfigType<boolean> = {
  schema: { type: 'boolean' },
  read: (node) => node.boolean(),
};

/** A whole number of a range that includes its ends. */
export function wholeNumber(minimum: number, maximum?: number): ConfigType<number> {
  return {
    schema: numberSchema('integer', minimum, maximum ?? Number.MAX_SAFE_INTEGER),
    read: (node) => node.wholeNumber(minimum, maximum),
  };
}

/** A number of a range that includes its ends. */
export function numberFrom(minimum: number, maximum: number): ConfigType<number> {
  return {
    schema: numberSchema('number', minimum, maximum),
    read: (node) => node.number(minimum, maximum),
  };
}

function numberSchema(type: string, minimum: number, maximum: number): JsonSchema {
  return { type, minimum, maximum };
}

/** One of a few texts. */
export function oneOf<Choice extends string>(choices: readonly Choice[]): ConfigType<Choice> {
  return { schema: { enum: choices }, read: (node) => node.oneOf(choices) };
}

/** An object of any JSON. */
export const JSON_OBJECT: ConfigType<Readonly<Record<string, unknown>>> = {
  schema: { type: 'object' },
  read: (node) => node.object(),
};
