import type { Stats } from 'node:fs';

import type { PinnedGrant } from './open-directory.js';
import { denied } from './open-directory.js';

/**
 * Allows only ordinary files with a single name and on the granted file system.
 *
 * A second name (hard link) may be outside the grant, and what looks like a file may be a device or a pipe.
 *
 * @throws {EffectFailure} Denied.
 */
export function checkFile(stats: Stats, grant: PinnedGrant): void {
  if (!stats.isFile()) denied('it is no regular file');
  if (stats.nlink !== 1) denied('it has more than one name');
  if (stats.dev !== grant.dev) denied('it is on another file system');
}
