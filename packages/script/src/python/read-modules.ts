import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { MAX_SCRIPT_BYTES } from '../limits.js';
import { ScriptError } from '../script-error.js';

/** Maximum files and modules of one script. */
const MAX_FILES = 200;

/** The text of a script, and of the modules next to it that it may import. */
export interface FoundModules {
  /** Texts by absolute path. */
  readonly texts: ReadonlyMap<string, string>;
  /** Absolute paths by module name. */
  readonly modules: ReadonlyMap<string, string>;
}

/** Lines that look like an import; some are in texts or comments, which only adds an unneeded file. */
const IMPORT =
  /^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+\(?([\w, \t]*)|import[ \t]+([\w., \t]+))/gm;

/**
 * Reads a script, and all files next to it that its imports could refer to.
 *
 * @throws {ScriptError} `SCRIPT_FILE_FAILED` if a file cannot be read, or there is too much.
 */
export function readModules(path: string, text?: string): FoundModules {
  const folder = dirname(path);
  const texts = new Map<string, string>([[path, text ?? read(path)!]]);
  const modules = new Map<string, string>();
  if (texts.get(path) === undefined) {
    throw new ScriptError(
      'SCRIPT_FILE_FAILED',
      `Cannot build ${JSON.stringify(path)}: it cannot be read`,
    );
  }
  for (const source of texts.values()) {
    for (const name of importedNames(source)) {
      if (modules.has(name)) continue;
      for (const file of [
        `${name.replaceAll('.', '/')}.py`,
        `${name.replaceAll('.', '/')}/__init__.py`,
      ]) {
        const found = join(folder, file);
        const content = texts.get(found) ?? read(found);
        if (content === undefined) continue;
        modules.set(name, found);
        texts.set(found, content);
        break;
      }
      if (texts.size > MAX_FILES) {
        throw new ScriptError(
          'SCRIPT_FILE_FAILED',
          `Cannot build ${JSON.stringify(path)}: it imports more than ${MAX_FILES} files`,
        );
      }
    }
  }
  return { texts, modules };
}

/** Every module that the imports of a text could refer to, parents before their children. */
function importedNames(source: string): Set<string> {
  const names = new Set<string>();
  const add = (name: string): void => {
    const parts = name.split('.');
    if (parts.includes('')) return;
    for (const index of parts.keys()) names.add(parts.slice(0, index + 1).join('.'));
  };
  for (const [, from, parts, plain] of source.matchAll(IMPORT)) {
    if (from !== undefined) {
      add(from);
      for (const part of parts!.split(',')) add(`${from}.${part.trim().split(/\s/)[0]}`);
    } else for (const name of plain!.split(',')) add(name.trim().split(/\s/)[0]!);
  }
  return names;
}

function read(path: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch {
    return undefined;
  }
  if (bytes.length > MAX_SCRIPT_BYTES) {
    throw new ScriptError(
      'SCRIPT_FILE_FAILED',
      `Cannot build ${JSON.stringify(path)}: it has more than ${MAX_SCRIPT_BYTES} bytes`,
    );
  }
  return bytes.toString('utf8');
}
