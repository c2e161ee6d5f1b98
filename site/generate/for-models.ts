import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import type { RenderedPage } from '../pages/content-file.ts';
import { fillSections } from '../pages/sections.ts';

/**
 * Writes what language models read: `llms.txt`, a list of all pages with a line for each; `llms-full.txt`, all that is written by hand
 * in one file; and each page as Markdown next to its HTML.
 *
 * @see https://llmstxt.org
 */
export function writeForModels(pages: readonly RenderedPage[], folder: string): void {
  for (const page of pages) {
    const path = join(folder, fileOf(page));
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, wholeText(page));
  }
  const sections = fillSections(pages);
  const lists = sections.flatMap((section) => [
    `## ${section.label}`,
    '',
    ...section.pages.map((page) => `- [${page.title}](/${fileOf(page)}): ${page.description}`),
    '',
  ]);
  const others = pages.filter((page) => !page.inSidebar);
  const optional = others.map((page) => `- [${page.title}](/${fileOf(page)}): ${page.description}`);
  const head = [
    '# Testbench',
    '',
    '> Safe, fast WebAssembly plugins for testing large language models: evaluators, providers, transforms and filters that run under limits of fuel, time and memory, with a benchmark runner, statistics, a registry and a command line.',
    '',
  ];
  writeFileSync(
    join(folder, 'llms.txt'),
    [...head, ...lists, '## Optional', '', ...optional, ''].join('\n'),
  );
  const full = sections
    .flatMap((section) => section.pages)
    .filter(({ kind, source }) => kind === 'written' && !source.startsWith('docs/decisions/'));
  writeFileSync(join(folder, 'llms-full.txt'), [...head, ...full.map(wholeText)].join('\n'));
}

function wholeText({ title, body }: RenderedPage): string {
  return `# ${title}\n\n${body.trim()}\n`;
}

function fileOf({ address }: RenderedPage): string {
  return address === '' ? 'index.md' : `${address}.md`;
}
