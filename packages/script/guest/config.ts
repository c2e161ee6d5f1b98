import { InvalidInputError } from './invalid-input.js';

/** The parts of a JSON Schema that are checked here. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
}

type Values = Readonly<Record<string, unknown>>;

/** The author's `config`: a JSON Schema of an object, or only its properties. */
export function readSchema(config: unknown): Schema | undefined {
  if (config === undefined) return undefined;
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError('Cannot read "config": expected a JSON Schema, or its properties');
  }
  const schema = config as Schema & Values;
  if (schema.type === 'object') return schema;
  return {
    type: 'object',
    properties: config as Record<string, Schema>,
    additionalProperties: false,
  };
}

/**
 * Checks a configuration, and fills in defaults.
 *
 * @throws {InvalidInputError} With the name of the wrong value.
 */
export function readConfig(schema: Schema | undefined, given: unknown): Values {
  const value = given ?? {};
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw new InvalidInputError('the configuration is not an object');
  }
  const config = { ...(value as Values) };
  if (schema === undefined) return config;
  const properties = schema.properties ?? {};
  for (const name of Object.keys(config)) {
    if (Object.hasOwn(properties, name) || schema.additionalProperties !== false) continue;
    const known = Object.keys(properties).join(', ') || 'none';
    throw new InvalidInputError(`there is no setting "${name}"; there are: ${known}`);
  }
  for (const [name, property] of Object.entries(properties)) {
    if (config[name] === undefined) {
      if (property.default !== undefined) config[name] = property.default;
      else if (schema.required?.includes(name)) {
        throw new InvalidInputError(`the setting "${name}" is missing`);
      }
    } else check(name, property, config[name]);
  }
  return config;
}

function check(name: string, schema: Schema, value: unknown): void {
  const refuse = (expected: string): never => {
    throw new InvalidInputError(
      `the setting "${name}" is ${JSON.stringify(value)}, expected ${expected}`,
    );
  };
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => isOf(type, value))) refuse(types.join(' or '));
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    refuse(schema.enum.map((one) => JSON.stringify(one)).join(' or '));
  }
  if (typeof value === 'number') {
    if (schema.minimum !== undefined && value < schema.minimum) refuse(`${schema.minimum} or more`);
    if (schema.maximum !== undefined && value > schema.maximum) refuse(`${schema.maximum} or less`);
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    for (const [index, item] of value.entries()) check(`${name}[${index}]`, schema.items, item);
  }
}

function isOf(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'null') return value === null;
  if (type === 'object')
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
