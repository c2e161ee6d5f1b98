import { createHash } from 'node:crypto';
import { basename, dirname, relative, sep } from 'node:path';

import type { ReadScript, ScriptLanguage, ScriptSource } from '../language.js';
import { compilePython } from './compile-python.js';
import { loadInterpreter } from './interpreter.js';
import { readModules } from './read-modules.js';

/** Changes when the same source compiles to another plugin for a reason not covered elsewhere. */
const FORMAT = 1;

/** Python, with the modules next to the script that it imports. */
export const python: ScriptLanguage = {
  name: 'python',
  extensions: ['.py'],

  wrapExpression: (expression) =>
    `def evaluate(record, context):
    input, output, expected = record.get("input"), record["output"], record.get("expected")
    return (${expression}\n)
`,

  async read(source: ScriptSource): Promise<ReadScript> {
    const { path, name } = source;
    const found = readModules(path, source.text);
    const folder = dirname(path);
    const shorten = (file: string): string => relative(folder, file).split(sep).join('/');
    const files = Object.fromEntries([...found.texts].map(([file, text]) => [shorten(file), text]));
    const modules = Object.fromEntries(
      [...found.modules].map(([module, file]) => [module, shorten(file)]),
    );
    const sources = { file: basename(path), name, files, modules };
    const key = createHash('sha256')
      .update(JSON.stringify([FORMAT, loadInterpreter().digest, sources]))
      .digest('hex');
    return {
      key,
      inputs: [...found.texts.keys()],
      warnings: [],
      compile: () => compilePython(sources),
    };
  },
};
