import { cell, codeCell, table } from './markdown.ts';

/** The parts of JSON Schema (draft 7) that our schemas use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly default?: unknown;
}

/** A place for a variable of the environment, which every number and switch may be. */
const ENVIRONMENT = '^\\$\\{env:[^}]+\\}$';

/**
 * Describes an object: a table of its keys, and below it a section for each key whose value is an object with keys of its own.
 *
 * @param path What leads to it, such as `dataset`; empty for the whole.
 * @param level Of the headings of its keys.
 */
export function describeObject(schema: Schema, path: string, level: number): string[] {
  const properties = Object.entries(schema.properties ?? {});
  const rows = properties.map(([key, value]) => [
    codeCell(key),
    typeOf(value),
    (schema.required ?? []).includes(key) ? 'yes' : '',
    cell(descriptionOf(value)),
  ]);
  const sections = properties.flatMap(([key, value]) => {
    const { shape, isList, isMap } = objectIn(value);
    if (shape === undefined) return [];
    const place = `${path === '' ? '' : `${path}.`}${key}${isList ? '[]' : ''}${isMap ? '.*' : ''}`;
    const heading = `${'#'.repeat(Math.min(level, 4))} \`${place}\``;
    const head = ['', heading, '', cell(descriptionOf(value))];
    return head.concat(describeObject(shape, place, level + 1));
  });
  return [...table(['key', 'value', 'required', 'meaning'], rows), ...sections];
}

/** The object with keys inside of a schema: itself, an alternative, or the entries of its list or map. */
function objectIn(schema: Schema): { shape?: Schema; isList: boolean; isMap: boolean } {
  if (schema.properties !== undefined) return { shape: schema, isList: false, isMap: false };
  for (const option of [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]) {
    const found = objectIn(option);
    if (found.shape !== undefined) return found;
  }
  if (schema.items !== undefined) return { ...objectIn(schema.items), isList: true };
  if (typeof schema.additionalProperties === 'object') {
    return { ...objectIn(schema.additionalProperties), isMap: true };
  }
  return { isList: false, isMap: false };
}

function descriptionOf(schema: Schema): string {
  const fallback =
    schema.default === undefined ? '' : ` Default: ${JSON.stringify(schema.default)}.`;
  return `${schema.description ?? ''}${fallback}`.trim();
}

/** A few words for the values that a schema takes; spans of code where they are JSON. */
function typeOf(schema: Schema): string {
  const options = [
    ...(schema.anyOf ?? []),
    ...(schema.type === undefined ? (schema.oneOf ?? []) : []),
  ].filter(({ pattern }) => pattern !== ENVIRONMENT);
  if (options.length > 0) return [...new Set(options.map(typeOf))].join(' or ');
  if (schema.const !== undefined) return codeCell(JSON.stringify(schema.const));
  if (schema.enum !== undefined)
    return schema.enum.map((value) => codeCell(String(value))).join(', ');
  if (schema.type === 'array')
    return schema.items === undefined ? 'list' : `list of ${typeOf(schema.items)}`;
  if (schema.type === 'object' || schema.properties !== undefined) {
    const of = schema.additionalProperties;
    return typeof of === 'object' ? `map to ${typeOf(of)}` : 'object';
  }
  const type = schema.type === undefined ? 'any JSON' : [schema.type].flat().join(' or ');
  return `${type}${rangeOf(schema)}`;
}

function rangeOf({ minimum, maximum, pattern, maxLength }: Schema): string {
  const parts = [
    ...(minimum === undefined ? [] : [`from ${number(minimum)}`]),
    ...(maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
      ? []
      : [`to ${number(maximum)}`]),
    ...(pattern === undefined ? [] : [`like ${codeCell(pattern)}`]),
    ...(maxLength === undefined ? [] : [`of at most ${number(maxLength)} characters`]),
  ];
  return parts.length === 0 ? '' : ` ${parts.join(' ')}`;
}

/** With thin gaps between thousands. */
export function number(value: number): string {
  return value.toLocaleString('en').replaceAll(',', '\u202f');
}
