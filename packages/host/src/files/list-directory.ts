import { opendir } from 'node:fs/promises';

import { HostCode } from '@testbench/types/abi';

import { EffectFailure } from '../effects/effect-failure.js';
import { MAX_LISTED_ENTRIES } from '../limits.js';
import type { OpenedDirectory } from './open-directory.js';
import { TemporaryFile } from '../file-system/temporary-file.js';

/** One entry of a directory. */
export interface ListedEntry {
  readonly name: string;
  readonly type: 'file' | 'directory';
}

/**
 * The entries of a directory, sorted by name. Links, devices and pipes are left out: they cannot be opened.
 *
 * @param count Called for each entry, including links; throws if there are too many.
 * @throws {EffectFailure} Limit exceeded. Whatever `opendir` throws.
 */
export async function listDirectory(
  { path }: OpenedDirectory,
  count: () => void,
): Promise<ListedEntry[]> {
  const entries: ListedEntry[] = [];
  let seen = 0;
  for await (const entry of await opendir(path)) {
    seen += 1;
    count();
    if (seen > MAX_LISTED_ENTRIES) {
      throw new EffectFailure(HostCode.limitExceeded, `more than ${MAX_LISTED_ENTRIES} entries`);
    }
    const type = entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : undefined;
    if (type === undefined || TemporaryFile.isName(entry.name)) continue;
    entries.push({ name: entry.name, type });
  }
  return entries.sort((left, right) => (left.name < right.name ? -1 : 1));
}
