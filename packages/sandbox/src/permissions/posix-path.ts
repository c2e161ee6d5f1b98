/** True for a path that begins at the root. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/');
}

/** Normalises an absolute path: resolves `.` and `..`, and removes empty parts and a trailing slash. */
export function normalizePath(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** True if `path` is the directory or is below it. Whole names are compared: `/data` does not contain `/data2`. Both must be normalised. */
export function holdsPath(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
