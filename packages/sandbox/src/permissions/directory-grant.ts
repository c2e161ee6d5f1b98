import { isAbsolute, normalize, parse, relative, sep } from 'node:path';

/** A directory with all that is below it, and what may be done there. */
export interface DirectoryGrant {
  /** Absolute and normalised, without a separator at the end. */
  readonly path: string;
  readonly access: 'read-only' | 'read-write';
}

const KEYS = new Set(['path', 'access']);

/**
 * Parses an entry of `allowedDirs`: a path for reading, or `{ path, access }`.
 *
 * @returns What is wrong, as a string, for anything that could mean more than its author thought.
 */
export function parseDirectoryGrant(entry: unknown): DirectoryGrant | string {
  if (typeof entry === 'string') return parsePath(entry, 'read-only');
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) {
    return 'expected a path or an object { path, access }';
  }
  const unknown = Object.keys(entry).find((key) => !KEYS.has(key));
  if (unknown !== undefined) return `unknown key "${unknown}"`;
  const { path, access } = entry as Readonly<Record<string, unknown>>;
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
    if (isInside(grant.path, path) && grant.path.length >= (innermost?.path.length ?? 0)) {
      innermost = grant;
    }
  }
  return innermost;
}

function parsePath(path: string, access: DirectoryGrant['access']): DirectoryGrant | string {
  if (path.includes('\0')) return 'it holds a NUL';
  if (!isAbsolute(path)) return 'it is not an absolute path';
  const { root } = parse(path);
  const trimmed =
    path.length > root.length && (path.endsWith('/') || path.endsWith(sep))
      ? path.slice(0, -1)
      : path;
  if (normalize(trimmed) !== trimmed) return `write it as "${normalize(trimmed)}"`;
  if (trimmed === root) return 'it is a whole disk';
  return { path: trimmed, access };
}

function isInside(directory: string, path: string): boolean {
  const way = relative(directory, path);
  return way === '' || (way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
