import { rejectUnknownKeys } from '@testbench/types/config';

import { holdsPath, isAbsolutePath, normalizePath } from './posix-path.js';

/** A directory with all that is below it, and what may be done there. Paths are POSIX paths: files are opened on Linux only. */
export interface DirectoryGrant {
  /** Absolute and normalised, without a separator at the end. */
  readonly path: string;
  readonly access: 'read-only' | 'read-write';
}

const KEYS = ['path', 'access'];

/**
 * Parses an entry of `allowedDirs`: a path for reading, or `{ path, access }`.
 *
 * @param place Where the entry stands, for messages.
 * @returns What is wrong, as a string, for anything that could mean more than its author thought.
 * @throws {ConfigError} `CONFIG_UNKNOWN_KEY`.
 */
export function parseDirectoryGrant(entry: unknown, place: string): DirectoryGrant | string {
  if (typeof entry === 'string') return parsePath(entry, 'read-only');
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return 'expected a path or an object { path, access }';
  }
  rejectUnknownKeys(entry, KEYS, place);
  const path: unknown = Object.hasOwn(entry, 'path') ? (entry as DirectoryGrant).path : undefined;
  const access: unknown = Object.hasOwn(entry, 'access')
    ? (entry as DirectoryGrant).access
    : undefined;
  if (typeof path !== 'string') return 'its path is not a string';
  if (access !== 'read-only' && access !== 'read-write') {
    return 'its access must be "read-only" or "read-write"';
  }
  return parsePath(path, access);
}

/**
 * The innermost grant that holds `path`, which decides what may be done with it.
 *
 * Whole segments are compared: `/data` does not hold `/data2/x`.
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
