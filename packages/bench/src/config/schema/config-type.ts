import { type ConfigFields, ConfigNode } from '@testbench/types/config';
import { ConfigError } from '@testbench/types/errors';
import type { JsonSchema } from '@testbench/types/schemas';

import { withoutUndefined } from '../without-undefined.js';

/** The context for reading a configuration, in addition to the value. */
export interface ReadContext {
  /** Where relative paths start. */
  readonly baseDirectory: string;
  /** Paths of texts that came from an environment variable and may stand for a number or a truth value. @default none */
  readonly references?: ReadonlySet<string>;
}

/** One kind of value in a configuration: how it is read, and its JSON Schema. Both are in one place so that they agree. */
export interface ConfigType<Value> {
  readonly schema: JsonSchema;
  /** @throws {ConfigError} `CONFIG_INVALID` or `CONFIG_UNKNOWN_KEY`. */
  read(node: ConfigNode, context: ReadContext): Value;
}

/** A key of an object: its value and its purpose. */
interface ConfigKey<Value> {
  readonly type: ConfigType<Value>;
  /** One or two sentences, shown by editors. */
  readonly description: string;
  /** True if it is required. */
  readonly required?: boolean;
}

/** A key for every field of a type: a missing key does not compile, and neither does a key whose `required` differs from the type. */
export type ConfigKeys<Fields> = {
  readonly [Key in keyof Fields]-?: ConfigKey<Exclude<Fields[Key], undefined>> &
    (object extends Pick<Fields, Key>
      ? { readonly required?: false }
      : { readonly required: true });
};

/** Keys of earlier versions, each with the sentence that says what to write instead. */
export type RetiredKeys = Readonly<Record<string, (value: unknown) => string>>;

/** Options of a {@link shape} in addition to its keys. */
export interface ShapeOptions<Fields> {
  /** Keys of earlier versions. @default none */
  readonly retired?: RetiredKeys;
  /** Further keywords of the JSON Schema, for what `check` checks. @default none */
  readonly schema?: JsonSchema;
  /** Checks that involve more than one key. */
  readonly check?: (fields: Fields, node: ConfigNode) => void;
}

/** An object whose keys must all be known. `null` counts as absent, which is what YAML gives for a key without a value. */
export function shape<Fields extends object>(
  keys: ConfigKeys<Fields>,
  options: ShapeOptions<Fields> = {},
): ConfigType<Fields> {
  const names = Object.keys(keys) as (keyof Fields & string)[];
  const required = names.filter((name) => keys[name].required === true);
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        names.map((name) => [name, describe(keys[name].type.schema, keys[name].description)]),
      ),
      ...(required.length === 0 ? {} : { required }),
      additionalProperties: false,
      ...options.schema,
    },
    read(node, context) {
      rejectRetired(node, options.retired ?? {});
      const fields: ConfigFields<keyof Fields & string> = node.fields(names);
      const entries = names.map((name) => {
        const { type, required: isRequired } = keys[name] as ConfigKey<unknown>;
        const value = isRequired === true ? fields.required(name) : fields.optional(name);
        return [name, value === undefined ? undefined : type.read(value, context)] as const;
      });
      const read = withoutUndefined(Object.fromEntries(entries)) as Fields;
      options.check?.(read, node);
      return read;
    },
  };
}

function describe(schema: JsonSchema, description: string): JsonSchema {
  return { ...schema, description };
}

function rejectRetired(node: ConfigNode, retired: RetiredKeys): void {
  const object = node.object();
  for (const [key, advise] of Object.entries(retired)) {
    if (!Object.hasOwn(object, key)) continue;
    const path = pathOf(node, key);
    throw new ConfigError(
      'CONFIG_UNKNOWN_KEY',
      path,
      `Cannot read ${node.path === '' ? 'configuration' : `"${node.path}"`}: the key "${key}" was removed; ${advise(object[key])}`,
    );
  }
}

/** A list. */
export function listOf<Item>(
  item: ConfigType<Item>,
  minimum = 0,
  what = 'item',
): ConfigType<Item[]> {
  return {
    schema: { type: 'array', items: item.schema, ...(minimum === 0 ? {} : { minItems: minimum }) },
    read(node, context) {
      const nodes = node.list();
      if (nodes.length < minimum) node.reject(`at least one ${what}`);
      return nodes.map((one) => item.read(one, context));
    },
  };
}

/** An object with any keys, whose values are all of one kind. */
export function mapOf<Value>(value: ConfigType<Value>): ConfigType<Record<string, Value>> {
  return {
    schema: { type: 'object', additionalProperties: value.schema },
    read(node, context) {
      const entries = Object.entries(node.object()).map(([key, one]) => {
        return [key, value.read(new ConfigNode(one, pathOf(node, key)), context)] as const;
      });
      return Object.fromEntries(entries);
    },
  };
}

/** One of two kinds, distinguished by looking at the value. */
export function either<First, Second>(
  isFirst: (value: unknown) => boolean,
  first: ConfigType<First>,
  second: ConfigType<Second>,
): ConfigType<First | Second> {
  return {
    schema: { anyOf: [first.schema, second.schema] },
    read: (node, context) =>
      isFirst(node.value) ? first.read(node, context) : second.read(node, context),
  };
}

/** A kind that becomes something else after reading. */
export function mapped<Value, Result>(
  type: ConfigType<Value>,
  map: (value: Value, node: ConfigNode, context: ReadContext) => Result,
): ConfigType<Result> {
  return {
    schema: type.schema,
    read: (node, context) => map(type.read(node, context), node, context),
  };
}

/** The path of a key in a value. */
export function pathOf(node: ConfigNode, key: string): string {
  return node.path === '' ? key : `${node.path}.${key}`;
}
