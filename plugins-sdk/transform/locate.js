/** `file:line` of a place in the author's code. */
export function locate(range) {
  return `${range.source.normalizedPath}:${range.source.lineAt(range.start)}`;
}
