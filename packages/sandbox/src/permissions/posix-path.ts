/** True for a path that begins at the root. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith('/');
}

/** An absolute path without empty parts, `.` and `..`, and without a slash at its end. */
export function normalizePath(path: string): string {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}

/** True if `path` is the directory or lies below it. Whole names are compared: `/data` does not hold `/data2`. Both normalised. */
export function holdsPath(directory: string, path: string): boolean {
  return path === directory || path.startsWith(`${directory}/`);
}
