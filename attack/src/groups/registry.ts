import * as registry from '@testbench/registry';

import { type Attack, insist } from '../attack.ts';

/** What the registry package offers: it finds plugins in local folders, and nothing else. */
const KNOWN = new Set(['discoverPlugins', 'inspectPlugin', 'PluginIndex']);

const ROWS: Readonly<Record<number, string>> = {
  85: 'another artifact under the same digest',
  86: 'a tag that is moved',
  87: 'an old version, or no news at all',
  88: 'a signature of another artifact',
  89: 'another algorithm than the key is for',
  90: 'an archive with tricks',
  91: 'a name like another, a name of another registry',
  92: 'dependencies in a circle',
  93: 'a blob without end, a redirect with credentials',
  94: 'a realm that leads into the own network',
};

/** Rows 85 to 94: there is no client for registries, and no signatures, so there is nothing to attack, nor anything that holds. */
export const registryRows: readonly Attack[] = Object.entries(ROWS).map(([row, name]) => ({
  row: Number(row),
  name,
  modes: ['host'],
  absent: true,
  run() {
    const names = Object.keys(registry).sort();
    const news = names.filter((found) => !KNOWN.has(found));
    insist(news.length === 0, `the registry now has ${news.join(', ')}: write this attack`);
    return 'no registry client, no signatures';
  },
}));
