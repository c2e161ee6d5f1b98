import { NodeKind } from '@testbench/compiler/ast';

import { evaluateLiteral } from './evaluate-literal.js';
import { locate } from './locate.js';

/**
 * A setting: one field of the author's configuration class.
 *
 * @typedef {{ name: string, type: string, choices?: string[], least?: number, most?: number }} Setting
 * @typedef {{ className: string, path: string, settings: Setting[], schema: Record<string, unknown> }} Config
 */

/** Maps types in AssemblyScript to types in JSON Schema. */
const TYPES = {
  string: { type: 'string' },
  bool: { type: 'boolean' },
  boolean: { type: 'boolean' },
  f64: { type: 'number' },
  number: { type: 'number' },
  i32: { type: 'integer' },
  'string[]': { type: 'array', items: { type: 'string' } },
  'f64[]': { type: 'array', items: { type: 'number' } },
  Json: {},
};

/**
 * Reads the class of the plugin's field `config`: its fields are the settings, their initial values the
 * defaults, their doc comments the descriptions.
 *
 * @returns {Config | undefined} Undefined if the plugin has no field `config`.
 */
export function describeConfig(source, declaration) {
  const field = declaration.members.find(
    (member) => member.kind === NodeKind.FieldDeclaration && member.name.text === 'config',
  );
  if (field === undefined) return undefined;
  const className = typeText(field.type);
  const config = source.statements.find(
    (statement) =>
      statement.kind === NodeKind.ClassDeclaration && statement.name.text === className,
  );
  if (config === undefined) {
    throw new Error(
      `Cannot build ${locate(field.range)}: the class ${className} of "config" is not in this file; declare it here`,
    );
  }
  const settings = [];
  const properties = [];
  let docStart = config.name.range.end;
  for (const member of config.members) {
    if (member.kind !== NodeKind.FieldDeclaration) continue;
    const setting = describeSetting(member);
    settings.push(setting);
    const description = docComment(source.text.slice(docStart, member.name.range.start));
    properties.push([setting.name, propertySchema(setting, member, description)]);
    docStart = member.range.end;
  }
  return {
    className,
    path: source.internalPath,
    settings,
    // A setting may be called "__proto__".
    schema: {
      type: 'object',
      properties: Object.fromEntries(properties),
      additionalProperties: false,
    },
  };
}

function describeSetting(member) {
  const name = member.name.text;
  const type = typeText(member.type);
  if (!Object.hasOwn(TYPES, type)) {
    throw new Error(
      `Cannot build ${locate(member.range)}: setting "${name}" is of type ${type || 'unknown'}; use one of ${Object.keys(TYPES).join(', ')}`,
    );
  }
  const setting = { name, type };
  for (const decorator of member.decorators ?? []) {
    const values = (decorator.args ?? []).map(evaluateLiteral);
    if (decorator.name.text === 'oneOf') setting.choices = values.flat();
    else if (decorator.name.text === 'range') [setting.least, setting.most] = values;
  }
  return setting;
}

function propertySchema(setting, member, description) {
  const schema = { ...TYPES[setting.type] };
  if (description) schema.description = description;
  if (setting.choices) schema.enum = setting.choices;
  if (setting.least !== undefined) schema.minimum = setting.least;
  if (setting.most !== undefined) schema.maximum = setting.most;
  if (member.initializer && setting.type !== 'Json') {
    try {
      schema.default = evaluateLiteral(member.initializer);
    } catch {
      // A computed default is legal; it just cannot be shown.
    }
  }
  return schema;
}

/** Text of a type as written: `string`, `string[]`, … */
function typeText(type) {
  return type ? type.range.toString().replaceAll(/\s/g, '') : '';
}

/** First paragraph of the last doc comment in a stretch of source text. */
function docComment(text) {
  const comments = [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)];
  const last = comments.at(-1)?.[1];
  return last
    ?.replaceAll(/^\s*\*? ?/gm, '')
    .trim()
    .split(/\n\s*\n|\n\s*@/)[0]
    .replaceAll(/\s+/g, ' ');
}
