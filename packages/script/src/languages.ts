import { extname } from 'node:path';

import { javascript } from './javascript/javascript.js';
import type { ScriptLanguage } from './language.js';
import { python } from './python/python.js';
import { ScriptError } from './script-error.js';

/** Every language that scripts can be written in; a further one is a file of its own and a line here. */
const LANGUAGES: readonly ScriptLanguage[] = [javascript, python];

/** Names of the languages, for options. */
export const SCRIPT_LANGUAGES: readonly string[] = LANGUAGES.map(({ name }) => name);

/** Endings of the files that are scripts, with the dot. */
export const SCRIPT_EXTENSIONS: readonly string[] = LANGUAGES.flatMap(
  ({ extensions }) => extensions,
);

/** True for the path of a script, by its ending. */
export function isScriptPath(path: string): boolean {
  return SCRIPT_EXTENSIONS.includes(extname(path));
}

/** @throws {ScriptError} `SCRIPT_NO_LANGUAGE` if no language has files of this ending. */
export function languageOf(path: string): ScriptLanguage {
  const ending = extname(path);
  const language = LANGUAGES.find(({ extensions }) => extensions.includes(ending));
  if (language !== undefined) return language;
  throw new ScriptError(
    'SCRIPT_NO_LANGUAGE',
    `Cannot build ${JSON.stringify(path)}: scripts end in ${SCRIPT_EXTENSIONS.join(', ')}`,
  );
}

/** @throws {ScriptError} `SCRIPT_NO_LANGUAGE` if there is none of this name. */
export function languageNamed(name: string): ScriptLanguage {
  const language = LANGUAGES.find((one) => one.name === name);
  if (language !== undefined) return language;
  throw new ScriptError(
    'SCRIPT_NO_LANGUAGE',
    `Cannot build a script in ${JSON.stringify(name)}: there are ${SCRIPT_LANGUAGES.join(', ')}`,
  );
}
