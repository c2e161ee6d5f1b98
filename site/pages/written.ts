import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Page, parsePage } from './page.ts';

/** Folders of `docs` that are output. */
const IGNORED = new Set(['reference', 'pictures']);

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
  const sources = [...markdownFiles(root, 'docs'), ...packages, ...others];
  return sources.map(([address, source]) => readPage(root, address, source));
}

function readPage(root: string, address: string, source: string): Page {
  const parsed = parsePage(source, readFileSync(join(root, source), 'utf8'));
  return { address, source, ...parsed, kind: 'written', inSidebar: true };
}

/** The Markdown files below a folder, each with its address. */
function markdownFiles(root: string, folder: string): [string, string][] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return IGNORED.has(entry.name) ? [] : markdownFiles(root, path);
    if (!entry.isFile() || !entry.name.endsWith('.md')) return [];
    return [[addressOf(path), path] as [string, string]];
  });
}

/** `docs/guides/gates.md` is `guides/gates`; a README is the page of its folder. */
function addressOf(path: string): string {
  return path
    .slice('docs/'.length, -'.md'.length)
    .replace(/(^|\/)README$/, '')
    .toLowerCase();
}
