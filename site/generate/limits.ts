import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import ts from 'typescript';

import { filesBelow } from '../../scripts/lib/workspace.mjs';
import type { Page } from '../pages/page.ts';
import { loadSource } from './load-source.ts';
import { cell, codeCell, generatedPage, table } from './markdown.ts';
import { number } from './schema.ts';

/** A constant of a file `limits.ts`. */
interface Limit {
  readonly name: string;
  readonly value: unknown;
  /** From its docstring. */
  readonly reason: string;
}

/** The limits of every package, with their values and reasons, from the files that the code reads. */
export async function limitsPage(root: string): Promise<Page> {
  const files = readdirSync(join(root, 'packages'))
    .map((name) => `packages/${name}/src`)
    .filter((source) => existsSync(join(root, source)))
    .flatMap((source) => filesBelow(source, /^(?:call-)?limits\.ts$/))
    .toSorted((a, b) => headingOf(a).localeCompare(headingOf(b), 'en'));
  const sections: string[] = [];
  for (const path of files) {
    const limits = await readLimits(root, path);
    if (limits.length === 0) continue;
    sections.push('', `## ${headingOf(path)}`);
    const rows = limits.map((limit) => [codeCell(limit.name), valueOf(limit), cell(limit.reason)]);
    sections.push(...table(['limit', 'value', 'why'], rows));
  }
  return generatedPage({
    address: 'reference/limits',
    source: 'docs/README.md',
    title: 'Limits in the code',
    description: 'Every limit of every package, with its value and the reason for it.',
    body: [
      '[Limits and compatibility](limits.md) explains the limits that you can set and where they bind. This page lists all that the code has, from its files `limits.ts`; most cannot be changed.',
      ...sections,
    ],
  });
}

function headingOf(path: string): string {
  const [, name, , ...rest] = path.split('/');
  const file = rest.pop();
  const what = file === 'call-limits.ts' ? [...rest, 'defaults of a call'] : rest;
  return `@testbench/${name}${what.length === 0 ? '' : `: ${what.join(', ')}`}`;
}

async function readLimits(root: string, path: string): Promise<Limit[]> {
  const text = readFileSync(join(root, path), 'utf8');
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const values = await loadSource(root, path);
  return source.statements.flatMap((statement) => {
    if (!ts.isVariableStatement(statement)) return [];
    const reason = ts
      .getJSDocCommentsAndTags(statement)
      .map((comment) => ts.getTextOfJSDocComment(comment.comment) ?? '')
      .join(' ')
      .replaceAll(/\{@link ([^}]*)\}/g, '`$1`');
    return statement.declarationList.declarations.flatMap((declaration) => {
      const name = declaration.name.getText(source);
      return Object.hasOwn(values, name) ? [{ name, value: values[name], reason }] : [];
    });
  });
}

function valueOf({ name, value }: Limit): string {
  if (typeof value === 'number') return numberOf(name, value);
  if (typeof value !== 'object' || value === null) return codeCell(String(value));
  const numbers = Object.entries(value).filter(([, each]) => typeof each === 'number');
  if (numbers.length === 0) return '';
  return numbers
    .map(([key, each]) => `${codeCell(key)} ${numberOf(key, each as number)}`)
    .join('<br>');
}

const UNITS: readonly [RegExp, readonly [number, string][]][] = [
  [
    /bytes$/i,
    [
      [2 ** 30, 'GiB'],
      [2 ** 20, 'MiB'],
      [1024, 'KiB'],
      [1, 'bytes'],
    ],
  ],
  [
    /(?:^|_)(?:MS|ms)$|Ms$/,
    [
      [86_400_000, 'days'],
      [60_000, 'min'],
      [1000, 's'],
      [1, 'ms'],
    ],
  ],
];

/** In the largest unit that leaves no fraction. */
function numberOf(name: string, value: number): string {
  const [, units] =
    UNITS.find(([pattern]) => pattern.test(name.replaceAll(/_PER_\w+$/g, ''))) ?? [];
  const [size = 1, unit = ''] = units?.find(([each]) => value >= each && value % each === 0) ?? [];
  return Number.isFinite(value)
    ? `${number(value / size)}${unit === '' ? '' : ` ${unit}`}`
    : 'none';
}
