import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PluginProblem } from '../validate-plugin.js';
import type { Diagnostic } from './build-error.js';
import { filesIn, type PluginLanguage, type Project } from './project.js';

/** What generates the contract's exports in each language. */
const EXPORTED_BY: Readonly<Record<PluginLanguage, string>> = {
  assemblyscript: 'mark the class with @plugin',
  rust: 'write `testbench::export!(YourPlugin);` behind the plugin',
  c: 'write TESTBENCH_PLUGIN(…) behind the functions',
};

/** What the author wrote for an import that a library generates. */
const WRITTEN_AS: ReadonlyMap<string, string> = new Map([['seed', 'Math.random']]);

/** Locates the cause of a problem of the module in the project, by searching for its name. */
export function locateProblem(
  directory: string,
  { language, entry }: Project,
  { part, message }: PluginProblem,
): Diagnostic {
  const cured = part === 'export' ? `${message}; ${EXPORTED_BY[language]}` : message;
  const [, name] = /(?:field|import) "(?:env\.)?([^"]+)"/.exec(message) ?? [];
  const nowhere = { file: entry, line: 0, column: 0, message: cured };
  if (name === undefined) return nowhere;
  const sought = WRITTEN_AS.get(name) ?? name;
  for (const file of sourceFiles(directory, language, entry)) {
    const place = placeOfName(join(directory, file), sought);
    if (place !== undefined) return { file, ...place, message: cured };
  }
  return nowhere;
}

/** Places where an author may have written a name: sources first, then the description of the package. */
function sourceFiles(directory: string, language: PluginLanguage, entry: string): string[] {
  if (language === 'c') return filesIn(join(directory, 'src'), '.c').map((name) => `src/${name}`);
  if (language === 'rust')
    return filesIn(join(directory, 'src'), '.rs').map((name) => `src/${name}`);
  return [entry, 'package.json'];
}

/** Where a name is a key, a field or a call; undefined if it does not occur. */
function placeOfName(
  path: string,
  name: string,
): Pick<Diagnostic, 'line' | 'column' | 'excerpt'> | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  // The name as a whole: `version` must not be found in `api_version`. AssemblyScript's decorator also accepts camelCase.
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const escaped = [name, camel].map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w.])(?:${escaped.join('|')})(?![\\w])`);
  for (const [index, excerpt] of text.split('\n').entries()) {
    const column = excerpt.search(pattern) + 1;
    if (column > 0) return { line: index + 1, column, excerpt: excerpt.replace(/\r$/, '') };
  }
  return undefined;
}
