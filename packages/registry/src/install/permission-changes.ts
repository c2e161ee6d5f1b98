import type { DirectoryPermission, Permissions } from '@testbench/types';

import type { LockedVersion } from './lockfile.js';

/** Something that a version asks for and the previous one did not. */
export interface PermissionChange {
  readonly permission: 'filesystem' | 'network' | 'envVars' | 'hostFunctions' | 'asking';
  /** A host, directory, variable or function; undefined if the permission itself is new. */
  readonly added?: string;
}

const LISTS = [
  ['network', 'allowedHosts'],
  ['envVars', 'allowedEnv'],
  ['hostFunctions', 'allowedHostFunctions'],
] as const;

/**
 * What a version asks for beyond another one; empty if it asks for the same or less.
 *
 * @example
 * ```ts
 * import { permissionChanges } from '@testbench/registry/install';
 *
 * const before = { permissions: { network: true, allowedHosts: ['a.example'] }, asking: false };
 * const after = { permissions: { network: true, allowedHosts: ['b.example'] }, asking: false };
 * permissionChanges(before, after); // => [{ permission: 'network', added: 'b.example' }]
 * permissionChanges(after, after); // => []
 * ```
 */
export function permissionChanges(
  before: Pick<LockedVersion, 'permissions' | 'asking'>,
  after: Pick<LockedVersion, 'permissions' | 'asking'>,
): PermissionChange[] {
  const changes: PermissionChange[] = [];
  const old = before.permissions;
  const asked = after.permissions;
  for (const permission of ['filesystem', 'network', 'envVars', 'hostFunctions'] as const) {
    if (asked[permission] === true && old[permission] !== true) changes.push({ permission });
  }
  for (const added of newDirectories(old, asked)) changes.push({ permission: 'filesystem', added });
  for (const [permission, list] of LISTS) {
    const had = new Set(old[list]);
    for (const added of asked[list] ?? []) if (!had.has(added)) changes.push({ permission, added });
  }
  if (after.asking && !before.asking) changes.push({ permission: 'asking' });
  return changes;
}

/** Includes directories that were read-only before. */
function newDirectories(old: Permissions, asked: Permissions): string[] {
  const had = new Map((old.allowedDirs ?? []).map((item) => [pathOf(item), mayWrite(item)]));
  return (asked.allowedDirs ?? [])
    .filter((item) => {
      const before = had.get(pathOf(item));
      return before === undefined || (mayWrite(item) && !before);
    })
    .map((item) => (mayWrite(item) ? `${pathOf(item)} (read-write)` : pathOf(item)));
}

function pathOf(item: DirectoryPermission): string {
  return typeof item === 'string' ? item : item.path;
}

function mayWrite(item: DirectoryPermission): boolean {
  return typeof item !== 'string' && item.access === 'read-write';
}
