import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { PluginProblem } from '../validate-plugin.js';
import type { Diagnostic } from './build-error.js';
import { filesIn, type PluginLanguage, type Project } from './project.js';

/** What writes the contract's exports in each language. */
const EXPORTED_BY: Readonly<Record<PluginLanguage, string>> = {
  assemblyscript: 'mark the class with @plugin',
  rust: 'write `testbench::export!(YourPlugin);` behind the plugin',
  c: 'write TESTBENCH_PLUGIN(…) behind the functions',
};

/** What the author wrote for an import that a library makes for them. */
const WRITTEN_AS: ReadonlyMap<string, string> = new Map([['seed', 'Math.random']]);

/** Says where in a project the cause of a problem in the module stands, as far as a search for its name tells. */
export function locateProblem(
  directory: string,
  { language, entry }: Project,
  { part, message }: PluginProblem,
): Diagnostic {
  const cured = part === 'export' ? `${message}; ${EXPORTED_BY[language]}` : message;
  const [, name] = /(?:field|import) "(?:env\.)?([^"]+)"/.exec(message) ?? [];
  if (name === undefined) return { file: entry, line: 0, message: cured };
  const sought = WRITTEN_AS.get(name) ?? name;
  for (const file of sourceFiles(directory, language, entry)) {
    const line = lineWith(join(directory, file), sought);
    if (line > 0) return { file, line, message: cured };
  }
  return { file: entry, line: 0, message: cured };
}

/** Where an author may have written a name: sources first, then the description of the package. */
function sourceFiles(directory: string, language: PluginLanguage, entry: string): string[] {
  if (language === 'c') return filesIn(join(directory, 'src'), '.c').map((name) => `src/${name}`);
  if (language === 'rust')
    return filesIn(join(directory, 'src'), '.rs').map((name) => `src/${name}`);
  return [entry, 'package.json'];
}

/** Line of a name as a key, a field or a call, counted from 1; 0 if it is not there. */
function lineWith(path: string, name: string): number {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return 0;
  }
  // The name as a whole: `version` must not be found in `api_version`. AssemblyScript's decorator takes camelCase too.
  const camel = name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const escaped = [name, camel].map((each) => each.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`(?<![\\w.])(?:${escaped.join('|')})(?![\\w])`);
  return text.split('\n').findIndex((line) => pattern.test(line)) + 1;
}
