import * as registry from '@testbench/registry';

import { type Attack, insist } from '../attack.ts';
import { hostileRegistry } from './hostile-registry.ts';

/** What the entry of the registry package offers: none of it decides whom to trust. */
const KNOWN = new Set(['discoverPlugins', 'inspectPlugin', 'PluginIndex']);

/** Rows whose attacks are not written yet; each goes away with the group that has it. */
const ABSENT: Readonly<Record<number, string>> = {
  87: 'an old version, or no news at all',
  91: 'a name like another, a name of another registry',
};

/** Rows 85 to 94. */
export const registryRows: readonly Attack[] = [
  ...hostileRegistry,
  ...Object.entries(ABSENT).map(([row, name]): Attack => ({
    row: Number(row),
    name,
    modes: ['host'],
    absent: true,
    run() {
      const names = Object.keys(registry).sort();
      const news = names.filter((found) => !KNOWN.has(found));
      insist(news.length === 0, `the registry now has ${news.join(', ')}: write this attack`);
      return 'nothing decides whom to trust';
    },
  })),
];
