import { extname } from 'node:path';

import { javascript } from './javascript/javascript.js';
import type { ScriptLanguage } from './language.js';
import { python } from './python/python.js';
import { ScriptError } from './script-error.js';

/** Every language that scripts can be written in; to add one, write a file for it and add a line here. */
const LANGUAGES: readonly ScriptLanguage[] = [javascript, python];

/** Names of the languages, for options. */
export const SCRIPT_LANGUAGES: readonly string[] = LANGUAGES.map(({ name }) => name);

/** Extensions of script files, with the dot. */
export const SCRIPT_EXTENSIONS: readonly string[] = LANGUAGES.flatMap(
  ({ extensions }) => extensions,
);

/** True for the path of a script, by its extension. */
export function isScriptPath(path: string): boolean {
  return SCRIPT_EXTENSIONS.includes(extname(path));
}

/** @throws {ScriptError} `SCRIPT_NO_LANGUAGE` if no language has files with this extension. */
export function languageOf(path: string): ScriptLanguage {
  const ending = extname(path);
  const language = LANGUAGES.find(({ extensions }) => extensions.includes(ending));
  if (language !== undefined) return language;
  throw new ScriptError(
    'SCRIPT_NO_LANGUAGE',
    `Cannot build ${JSON.stringify(path)}: scripts end in ${SCRIPT_EXTENSIONS.join(', ')}`,
  );
}

/** @throws {ScriptError} `SCRIPT_NO_LANGUAGE` if there is no language of this name. */
export function languageNamed(name: string): ScriptLanguage {
  const language = LANGUAGES.find((one) => one.name === name);
  if (language !== undefined) return language;
  throw new ScriptError(
    'SCRIPT_NO_LANGUAGE',
    `Cannot build a script in ${JSON.stringify(name)}: there are ${SCRIPT_LANGUAGES.join(', ')}`,
  );
}
