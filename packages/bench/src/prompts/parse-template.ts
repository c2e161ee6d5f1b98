import { type AST, parse } from '@handlebars/parser';

import { MAX_TEMPLATE_TAGS } from './limits.js';
import { HELPERS, isHelper } from './template-helpers.js';

/** A template is invalid; the message says what and where. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

/** The content of a tag. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: unknown }
  | PathExpression
  | {
      readonly kind: 'helper';
      readonly name: string;
      readonly values: readonly (Expression & { readonly kind: 'literal' | 'path' })[];
    };

/** The path to a value. */
export interface PathExpression {
  readonly kind: 'path';
  /** As it was written. */
  readonly original: string;
  /** Number of contexts up at which it begins. */
  readonly up: number;
  /** True for `@index` and the like. */
  readonly isData: boolean;
  readonly parts: readonly string[];
}

/** A part of a template. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'value'; readonly expression: Expression }
  | {
      readonly kind: 'if' | 'unless' | 'each' | 'with';
      readonly expression: Expression;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    };

/**
 * Parses a template: the subset of Handlebars that the plugin `template` also supports, with the parser of Handlebars, so that blanks and
 * braces are handled in the same way; also `list.0` for the first item of a list.
 *
 * @throws {TemplateError} It is invalid, or uses more than this subset.
 */
export function parseTemplate(template: string): readonly TemplateNode[] {
  if (template.split('{{', MAX_TEMPLATE_TAGS + 2).length > MAX_TEMPLATE_TAGS + 1) {
    throw new TemplateError(`it has more than ${MAX_TEMPLATE_TAGS} tags`);
  }
  try {
    return toNodes(parse(bracketIndexes(template)).body);
  } catch (cause) {
    if (cause instanceof TemplateError) throw cause;
    throw new TemplateError(describeParseError(cause as Error), { cause });
  }
}

/** Handlebars wants `list.[0]`. A backslash before a tag makes it text; two stand for one backslash and a tag. */
function bracketIndexes(template: string): string {
  return template.replaceAll(/(\\*)(\{\{[^]*?\}\})/g, (whole, slashes: string, tag: string) => {
    if (slashes.length === 1 || tag.startsWith('{{!')) return whole;
    const parts = tag.split(/("[^"]*"|'[^']*'|\[[^\]]*\])/);
    const replaced = parts.map((part, index) =>
      index % 2 === 1 ? part : part.replaceAll(/([./])(\d+)(?=[\s./~})]|$)/g, '$1[$2]'),
    );
    return slashes + replaced.join('');
  });
}

/** The parser shows the place on separate lines, and lists its tokens. */
function describeParseError({ message }: Error): string {
  const [first = '', source = ''] = message.split('\n');
  const line = /line (\d+)/.exec(first)?.[1];
  if (line === undefined) return first.slice(0, 200);
  return `a tag is wrong or has no end in line ${line}, near ${JSON.stringify(source.slice(-40))}`;
}

function toNodes(statements: readonly AST.Statement[]): TemplateNode[] {
  return statements.flatMap((statement) => {
    switch (statement.type) {
      case 'ContentStatement':
        return [{ kind: 'text', text: (statement as AST.ContentStatement).value }];
      case 'CommentStatement':
        return [];
      case 'MustacheStatement': {
        const { path, params, hash } = statement as AST.MustacheStatement;
        return [{ kind: 'value', expression: toExpression(statement, path, params, hash) }];
      }
      case 'BlockStatement':
        return [toBlock(statement as AST.BlockStatement)];
      default:
        return wrong(statement, 'there are no partials and no decorators');
    }
  });
}

function toBlock(block: AST.BlockStatement): TemplateNode {
  const name = block.path.original;
  if (name !== 'if' && name !== 'unless' && name !== 'each' && name !== 'with') {
    return wrong(block, `there is no block "${name}"; there are if, unless, each and with`);
  }
  const [first, ...rest] = block.params;
  const body = block.program as AST.Program | undefined;
  const otherwise = block.inverse as AST.Program | undefined;
  if (first === undefined) return wrong(block, `the block "${name}" needs a value`);
  if ((body?.blockParams ?? []).length > 0) return wrong(block, 'there is no "as |name|"');
  return {
    kind: name,
    // More than one value can only be a function with its arguments.
    expression: toExpression(block, first, rest, block.hash),
    body: toNodes(body?.body ?? []),
    otherwise: toNodes(otherwise?.body ?? []),
  };
}

function toExpression(
  place: AST.Node,
  path: AST.Expression,
  params: readonly AST.Expression[],
  hash: AST.Hash | undefined,
): Expression {
  if ((hash?.pairs ?? []).length > 0) return wrong(place, 'there are no named values, as in a=b');
  if (params.length === 0) return toOperand(path);
  const name = (path as AST.PathExpression).original;
  if (!isHelper(name, params.length)) {
    return wrong(
      place,
      `there is no function "${name}" of ${params.length} values; there are ${HELPERS}`,
    );
  }
  return { kind: 'helper', name, values: params.map(toOperand) };
}

function toOperand(node: AST.Expression): Expression & { readonly kind: 'literal' | 'path' } {
  switch (node.type) {
    case 'PathExpression': {
      const { original, depth, data, parts } = node as AST.PathExpression;
      return { kind: 'path', original, up: depth, isData: data, parts: parts.map(String) };
    }
    case 'StringLiteral':
    case 'NumberLiteral':
    case 'BooleanLiteral':
      return { kind: 'literal', value: (node as AST.StringLiteral).value };
    case 'NullLiteral':
    case 'UndefinedLiteral':
      return { kind: 'literal', value: null };
    default:
      return wrong(node, 'there are no functions within functions');
  }
}

function wrong(place: AST.Node, state: string): never {
  throw new TemplateError(`${state}, in line ${place.loc.start.line}`);
}
