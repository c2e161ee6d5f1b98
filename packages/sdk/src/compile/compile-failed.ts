import { BuildError, type Diagnostic } from './build-error.js';

/**
 * Makes the error of a compiler that refused the source: one sentence about the first mistake, all of them as diagnostics.
 *
 * @param entry File to name if no mistake has a place.
 * @param diagnostics The mistakes, the one to report first.
 * @param otherwise The compiler's output, in case no mistake could be read from it.
 */
export function compileFailed(
  entry: string,
  diagnostics: readonly Diagnostic[],
  otherwise = '',
  cause?: unknown,
): BuildError {
  const [first] = diagnostics;
  if (first === undefined) {
    const lines = otherwise.split('\n').filter((line) => line.trim() !== '');
    const telling = lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'no output';
    return new BuildError('BUILD_COMPILE_FAILED', `Cannot build ${entry}: ${telling.trim()}`);
  }
  const { file, message } = first;
  const more = diagnostics.length > 1 ? ` (and ${diagnostics.length - 1} more)` : '';
  const where = file === '' ? entry : placeOf(first);
  return new BuildError(
    'BUILD_COMPILE_FAILED',
    `Cannot build ${where}: ${message}${more}`,
    diagnostics,
    { cause },
  );
}

/** `file:line:column`, as far as known. */
export function placeOf({ file, line, column }: Omit<Diagnostic, 'message'>): string {
  if (line === 0) return file;
  return column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
}
