import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { Page } from '../pages/page.ts';
import { cell, generatedPage, table } from './markdown.ts';

/** The list of decisions, newest first, from the pages of `docs/decisions`. */
export function decisionsPage(pages: readonly Page[]): Page {
  const decisions = pages
    .filter(({ source }) => source.startsWith('docs/decisions/'))
    .toSorted((a, b) => b.address.localeCompare(a.address));
  return generatedPage({
    address: 'decisions',
    source: 'docs/README.md',
    title: 'Decisions',
    description:
      'Why things are as they are: every choice between ways, with its reasons and what was rejected.',
    body: [
      'Every real choice between ways has a page: its status, its reasons, and what was rejected.',
      ...table(
        ['date', 'decision'],
        decisions.map(({ address, title }) => [
          address.slice('decisions/'.length, 'decisions/2026-11-30'.length),
          `[${cell(title)}](/${address}/)`,
        ]),
      ),
    ],
  });
}

/** What changed: the changesets that wait for a release, then the changelogs of the packages. */
export function changelogPage(root: string): Page {
  const folder = join(root, '.changeset');
  const changes = readdirSync(folder)
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .map((name) => parseChangeset(readFileSync(join(folder, name), 'utf8')));
  const packages = [
    ...new Set(changes.flatMap((change) => change.packages.slice(0, 1))),
  ].toSorted();
  const released = readdirSync(join(root, 'packages')).flatMap((name) => {
    const file = join(root, 'packages', name, 'CHANGELOG.md');
    return existsSync(file) ? ['', readFileSync(file, 'utf8').replaceAll(/^#/gm, '##')] : [];
  });
  return generatedPage({
    address: 'changelog',
    source: 'docs/README.md',
    title: 'Changelog',
    description: 'What changed for those who use the packages, and what to do about it.',
    body: [
      'Each change stands with the package that it touches most.',
      '',
      '## Not released yet',
      ...packages.flatMap((name) => changesOf(name, changes)),
      ...released,
    ],
  });
}

/** The changes that touch a package most. */
function changesOf(name: string, changes: readonly Change[]): string[] {
  const mine = changes.filter(({ packages }) => packages[0] === name);
  const items = mine.map(
    ({ bump, text }) => `- *${bump}*: ${text.trim().replaceAll('\n', '\n  ')}`,
  );
  return ['', `### ${name}`, '', ...items];
}

interface Change {
  /** Those with the largest bump first. */
  readonly packages: readonly string[];
  readonly bump: string;
  readonly text: string;
}

function parseChangeset(text: string): Change {
  const [, head = '', body = ''] = /^---\n([^]*?)\n?---\n([^]*)$/.exec(text) ?? [];
  const lines = [...head.matchAll(/^['"]?(@?[^'":]+)['"]?: (major|minor|patch)/gm)];
  const order = ['major', 'minor', 'patch'];
  // Those with the largest bump first: it is about them.
  const sorted = lines.toSorted((a, b) => order.indexOf(a[2]!) - order.indexOf(b[2]!));
  return { packages: sorted.map((line) => line[1]!), bump: sorted[0]?.[2] ?? 'patch', text: body };
}
