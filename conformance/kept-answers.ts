import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Counts the answers in the cache of the runs in a folder. */
export function keptAnswers(runs: string): number {
  const cache = join(runs, '.cache');
  if (!existsSync(cache)) return 0;
  return readdirSync(cache, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && entry.name.endsWith('.call'),
  ).length;
}
