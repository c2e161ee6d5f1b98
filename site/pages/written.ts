import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { filesBelow } from '../../scripts/lib/workspace.mjs';
import { type Page, parsePage } from './page.ts';

/** Every page that somebody wrote: `docs/`, the READMEs of packages, and two files of the root. */
export function writtenPages(root: string): Page[] {
  const packages = readdirSync(join(root, 'packages'))
    .map((name): [string, string] => [`packages/${name}`, `packages/${name}/README.md`])
    .filter(([, source]) => existsSync(join(root, source)));
  const others: [string, string][] = [
    ['packages/plugins-sdk', 'plugins-sdk/README.md'],
    ['contributing', 'CONTRIBUTING.md'],
    ['security-policy', 'SECURITY.md'],
  ];
  const pages = filesBelow('docs', /\.md$/).map((path): [string, string] => [
    addressOf(path),
    path,
  ]);
  const sources = [...pages, ...packages, ...others];
  return sources.map(([address, source]) => readPage(root, address, source));
}

function readPage(root: string, address: string, source: string): Page {
  const parsed = parsePage(source, readFileSync(join(root, source), 'utf8'));
  return { address, source, ...parsed, kind: 'written', inSidebar: true };
}

/** `docs/guides/gates.md` is `guides/gates`; a README is the page of its folder. */
function addressOf(path: string): string {
  return path
    .slice('docs/'.length, -'.md'.length)
    .replace(/(^|\/)README$/, '')
    .toLowerCase();
}
