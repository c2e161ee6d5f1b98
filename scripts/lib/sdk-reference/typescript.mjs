// Collects the exports, with their docstrings, of modules in TypeScript or AssemblyScript, which have the same grammar.
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import ts from 'typescript';

/** The beginning of the docstring of a member that authors do not need. */
const OWN = /for this library|for the writer/i;

/**
 * The exports of a module, by name.
 *
 * @param entry Path of a file that re-exports, or that declares.
 * @returns `{ signature, doc, members: [{ signature, doc }] }` by name, in the order of the file.
 */
export function collectModule(entry) {
  const entries = new Map();
  const source = parse(entry);
  for (const statement of source.statements) {
    if (ts.isExportDeclaration(statement)) {
      const from = resolve(dirname(entry), statement.moduleSpecifier.text.replace(/\.js$/, ''));
      const file = parse(`${from}.ts`);
      for (const element of statement.exportClause.elements) {
        const name = element.name.text;
        const declaration = file.statements.findLast((one) => nameOf(one) === name);
        if (declaration === undefined) throw new Error(`Cannot find ${name} in ${from}.ts`);
        entries.set(name, describe(declaration, file));
      }
    } else if (isExported(statement) && nameOf(statement) !== undefined) {
      entries.set(nameOf(statement), describe(statement, source));
    }
  }
  return entries;
}

function parse(path) {
  return ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
}

function nameOf(statement) {
  if (ts.isVariableStatement(statement)) return statement.declarationList.declarations[0].name.text;
  return statement.name?.text;
}

function isExported(node) {
  return node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
}

function describe(node, source) {
  const members = membersOf(node)
    .filter((member) => isPublic(member, source))
    .map((member) => ({ signature: signatureOf(member, source), doc: docOf(member, source) }));
  return { signature: signatureOf(node, source), doc: docOf(node, source), members };
}

function membersOf(node) {
  if (ts.isClassDeclaration(node)) {
    // Fields declared as parameters of the constructor.
    return node.members.flatMap((member) =>
      ts.isConstructorDeclaration(member)
        ? [member, ...member.parameters.filter((parameter) => parameter.modifiers?.length > 0)]
        : [member],
    );
  }
  if (ts.isInterfaceDeclaration(node) || ts.isEnumDeclaration(node)) return [...node.members];
  if (ts.isModuleDeclaration(node)) return node.body.statements.filter(isExported);
  return [];
}

function isPublic(member, source) {
  const hidden = member.modifiers?.some(
    ({ kind }) => kind === ts.SyntaxKind.PrivateKeyword || kind === ts.SyntaxKind.ProtectedKeyword,
  );
  return hidden !== true && !OWN.test(docOf(member, source));
}

/** The text of a declaration up to its body, on one line. */
function signatureOf(node, source) {
  const whole = source.text;
  const start = node.modifiers?.at(-1)?.end ?? node.getStart(source);
  let text = whole.slice(start, bodyOf(node, source));
  // Comments on parameters are with their fields.
  text = text
    .replaceAll(/\/\*\*[^]*?\*\/|\/\/[^\n]*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
  return text
    .replace(/^(?:export |declare |abstract |readonly |final )+/, '')
    .replace(/[;,{=]+$/, '')
    .replaceAll(/\( /g, '(')
    .replaceAll(/,? \)/g, ')')
    .trim();
}

function bodyOf(node, source) {
  if (
    ts.isClassDeclaration(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isEnumDeclaration(node)
  ) {
    return source.text.indexOf('{', node.heritageClauses?.at(-1)?.end ?? node.name.end);
  }
  if (ts.isModuleDeclaration(node)) return node.body.getStart(source);
  return node.body?.getStart(source) ?? node.end;
}

/** The docstring before a declaration as Markdown; empty if there is none. */
function docOf(node, source) {
  const owner = ts.isVariableDeclaration(node) ? node.parent.parent : node;
  const ranges = ts.getLeadingCommentRanges(source.text, owner.pos) ?? [];
  const last = ranges
    .map(({ pos, end }) => source.text.slice(pos, end))
    .findLast((text) => text.startsWith('/**'));
  return last === undefined ? '' : markdownOf(last);
}

/** A docstring without its stars and its example; tags become a list. */
function markdownOf(comment) {
  const text = comment
    .replace(/^\/\*\*\s*/, '')
    .replace(/\s*\*\/$/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n');
  const [body, ...tags] = text.split(/^(?=@(?:param|returns|throws|default|see|example)\b)/m);
  const items = tags.flatMap((tag) => {
    const [, kind, rest] = /^@(\w+) ?([^]*)$/.exec(tag.trim());
    const line = rest.replaceAll(/\s+/g, ' ').trim();
    if (kind === 'example') return [];
    if (kind === 'param') return [`- ${line.replace(/^(\w+) ?/, '`$1`: ')}`];
    const words = { returns: 'gives', throws: 'throws', default: 'default', see: 'see' };
    return [`- ${words[kind]}: ${line}`];
  });
  const paragraphs = body
    .trim()
    .split(/\n{2,}/)
    .map((paragraph) =>
      /^[-|`]|\n[-|`]/.test(paragraph) ? paragraph : paragraph.replaceAll(/\s*\n\s*/g, ' '),
    );
  const whole = [...paragraphs, items.join('\n')].filter((part) => part !== '').join('\n\n');
  return whole.replaceAll(/\{@link ([^}]*)\}/g, '`$1`');
}
