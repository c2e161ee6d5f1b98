import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Diagnostic } from './build-error.js';
import { sourceLine } from './source-line.js';

/** The diagnostic with its line of the source, if that can be read. */
export function withExcerpt(directory: string, diagnostic: Diagnostic): Diagnostic {
  const { file, line } = diagnostic;
  if (file === '' || line === 0 || diagnostic.excerpt !== undefined) return diagnostic;
  try {
    const excerpt = sourceLine(readFileSync(resolve(directory, file), 'utf8'), line);
    return excerpt === undefined ? diagnostic : { ...diagnostic, excerpt };
  } catch {
    return diagnostic;
  }
}
