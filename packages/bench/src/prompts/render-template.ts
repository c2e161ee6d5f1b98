import { MAX_PROMPT_CHARACTERS } from './limits.js';
import type { Expression, PathExpression, TemplateNode } from './parse-template.js';
import { TemplateError } from './parse-template.js';
import { callHelper, isEmpty, textOf } from './template-helpers.js';

/** The scope in which paths are looked up: a value, and those around it. */
interface Context {
  readonly value: unknown;
  readonly parent: Context | undefined;
  /** The nearest scope that is an item of `each`. */
  readonly item: ItemContext | undefined;
}

interface ItemContext {
  readonly index: number;
  readonly key: string;
  readonly isLast: boolean;
  readonly around: ItemContext | undefined;
}

/**
 * Fills data into a template.
 *
 * Unlike in Handlebars, a value that is written out must exist: a misspelt field would ask every model a different question. If a
 * field may be missing, use `{{#if field}}`, `{{#unless field}}`, `{{#with field}}` and `{{default field "…"}}`.
 *
 * @throws {TemplateError} There is no such field (the message lists the existing ones); an object is written out; the text is too long.
 */
export function renderTemplate(
  nodes: readonly TemplateNode[],
  data: Readonly<Record<string, unknown>>,
): string {
  const renderer = new Renderer(data);
  renderer.write(nodes, { value: data, parent: undefined, item: undefined });
  return renderer.text;
}

class Renderer {
  readonly #data: Readonly<Record<string, unknown>>;
  text = '';

  constructor(data: Readonly<Record<string, unknown>>) {
    this.#data = data;
  }

  write(nodes: readonly TemplateNode[], context: Context): void {
    for (const node of nodes) {
      if (node.kind === 'text') this.#add(node.text);
      else if (node.kind === 'value') this.#add(this.#textOf(node.expression, context));
      else this.#writeBlock(node, context);
    }
  }

  #add(text: string): void {
    this.text += text;
    if (this.text.length > MAX_PROMPT_CHARACTERS) {
      throw new TemplateError(`the text has more than ${MAX_PROMPT_CHARACTERS} characters`);
    }
  }

  #writeBlock(node: Exclude<TemplateNode, { kind: 'text' | 'value' }>, context: Context): void {
    const { kind, expression, body, otherwise } = node;
    const value = this.#valueOf(expression, context, kind === 'each');
    if (kind === 'each') {
      const entries = typeof value === 'object' && value !== null ? Object.entries(value) : [];
      if (entries.length === 0) this.write(otherwise, context);
      for (const [index, [key, inner]] of entries.entries()) {
        const isLast = index === entries.length - 1;
        const item = { index, key, isLast, around: context.item };
        this.write(body, { value: inner, parent: context, item });
      }
    } else if (kind === 'with') {
      // Here 0 is a value like any other.
      if (isEmpty(value) && value !== 0) this.write(otherwise, context);
      else this.write(body, { value, parent: context, item: context.item });
    } else {
      this.write(isEmpty(value) === (kind === 'unless') ? body : otherwise, context);
    }
  }

  #textOf(expression: Expression, context: Context): string {
    const value = this.#valueOf(expression, context, true);
    if (expression.kind === 'path' && hasObject(value)) {
      throw new TemplateError(
        `"${expression.original}" is an object; write a field of it, or {{json ${expression.original}}}`,
      );
    }
    return textOf(value);
  }

  #valueOf(expression: Expression, context: Context, mustExist: boolean): unknown {
    if (expression.kind === 'literal') return expression.value;
    if (expression.kind === 'helper') {
      const values = expression.values.map((value, index) =>
        this.#valueOf(value, context, expression.name !== 'default' || index > 0),
      );
      return callHelper(expression.name, values);
    }
    const value = this.#find(expression, context);
    if (value === undefined && mustExist) throw missing(expression, context);
    return value;
  }

  /** Undefined if the value does not exist; null if the record has null. */
  #find({ up, isData, parts }: PathExpression, context: Context): unknown {
    if (isData && parts[0] !== 'root') {
      let { item } = context;
      for (let left = up; left > 0; left -= 1) item = item?.around;
      return item === undefined || parts.length !== 1 ? undefined : dataOf(item, parts[0]!);
    }
    let at: Context | undefined = context;
    for (let left = isData ? 0 : up; left > 0; left -= 1) at = at?.parent;
    const start = isData ? this.#data : at?.value;
    return parts.slice(isData ? 1 : 0).reduce<unknown>(childOf, start);
  }
}

/** Own fields only, so that nothing comes from a prototype. */
function childOf(value: unknown, name: string): unknown {
  if (typeof value === 'string') return name === 'length' ? value.length : undefined;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function dataOf({ index, key, isLast }: ItemContext, name: string): unknown {
  switch (name) {
    case 'index':
      return index;
    case 'key':
      return key;
    case 'first':
      return index === 0;
    case 'last':
      return isLast;
    default:
      return undefined;
  }
}

function hasObject(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasObject);
  return typeof value === 'object' && value !== null;
}

function missing({ original, up, isData }: PathExpression, context: Context): TemplateError {
  let at: Context | undefined = context;
  for (let left = isData ? 0 : up; left > 0; left -= 1) at = at?.parent;
  const value = at?.value;
  const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  const known = names.slice(0, 20).join(', ') || 'none';
  const what = context.parent === undefined ? 'fields' : 'fields here';
  return new TemplateError(`there is no "${original}"; the ${what}: ${known}`);
}
