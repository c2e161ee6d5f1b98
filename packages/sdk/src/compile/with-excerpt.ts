import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Diagnostic } from './build-error.js';

/** The diagnostic with its line of the source, if that can be read. */
export function withExcerpt(directory: string, diagnostic: Diagnostic): Diagnostic {
  const { file, line } = diagnostic;
  if (file === '' || line === 0 || diagnostic.excerpt !== undefined) return diagnostic;
  try {
    const text = readFileSync(resolve(directory, file), 'utf8').split('\n')[line - 1];
    return text === undefined ? diagnostic : { ...diagnostic, excerpt: text.replace(/\r$/, '') };
  } catch {
    return diagnostic;
  }
}
