import type { DirectoryPermission } from '@testbench/types';
import { type ConfigNode, readOptions } from '@testbench/types/config';

import { ownFields } from './own-fields.js';
import { holdsPath, isAbsolutePath, normalizePath } from './posix-path.js';

/** A directory with everything below it, and the access allowed there. Paths are POSIX paths: files are opened on Linux only. */
export interface DirectoryGrant {
  /** Absolute and normalised, without a separator at the end. */
  readonly path: string;
  readonly access: 'read-only' | 'read-write';
}

/**
 * Reads an entry of `allowedDirs`: a path for reading, or `{ path, access }`.
 *
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`; `CONFIG_INVALID`.
 */
export function readDirectory(node: ConfigNode): DirectoryPermission {
  if (typeof node.value === 'string') return node.text();
  return readOptions<DirectoryGrant>(
    ownFields(node),
    {
      path: (path) => path.text(),
      access: (access) => access.oneOf(['read-only', 'read-write']),
    },
    node.path,
    ['path', 'access'],
  );
}

/** Parses what an entry grants. @returns The grant, or a string that says what is wrong, for anything that could mean more than its author intended. */
export function parseDirectoryGrant(entry: DirectoryPermission): DirectoryGrant | string {
  return typeof entry === 'string'
    ? parsePath(entry, 'read-only')
    : parsePath(entry.path, entry.access);
}

/**
 * The innermost grant that contains `path`, which decides the access to it.
 *
 * Whole segments are compared: `/data` does not contain `/data2/x`.
 *
 * @param path Absolute and without `..`.
 */
export function innermostDirectory<Grant extends DirectoryGrant>(
  grants: readonly Grant[],
  path: string,
): Grant | undefined {
  let innermost: Grant | undefined;
  for (const grant of grants) {
    if (holdsPath(grant.path, path) && grant.path.length >= (innermost?.path.length ?? 0)) {
      innermost = grant;
    }
  }
  return innermost;
}

function parsePath(path: string, access: DirectoryGrant['access']): DirectoryGrant | string {
  if (path.includes('\0')) return 'it holds a NUL';
  if (!isAbsolutePath(path)) return 'it is not an absolute path';
  const trimmed = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
  const normalized = normalizePath(trimmed);
  if (normalized !== trimmed) return `write it as "${normalized}"`;
  return normalized === '/' ? 'it is the whole file system' : { path: trimmed, access };
}
