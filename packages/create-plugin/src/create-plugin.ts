import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

import { PLUGIN_TYPES, type PluginType } from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { PROJECT_LANGUAGES } from './project-languages.js';
import { renderProject } from './render-project.js';
import { ScaffoldError } from './scaffold-error.js';
import { TEMPLATE_LANGUAGES, type TemplateLanguage } from './template-language.js';

/** What to create. */
export interface CreatePluginOptions {
  /** Folder of the project; its last part is the plugin's name. */
  readonly directory: string;
  /** @default 'evaluator' */
  readonly type?: PluginType;
  /** @default 'assemblyscript' */
  readonly language?: TemplateLanguage;
  /** Source text of the plugin instead of the template's, for a module language. @default the template's */
  readonly source?: string;
  /** One line, for `package.json` and the README. @default a description of the template's plugin */
  readonly description?: string;
  /** An input and its output, for the README and the test, with `source`. @default the test only checks the contract */
  readonly example?: { readonly input: unknown; readonly output: unknown };
}

const OPTIONS: OptionReaders<CreatePluginOptions> = {
  directory: (node) => node.text(),
  // Any other text is an error that lists the choices.
  type: (node) => node.text() as PluginType,
  language: (node) => node.text() as TemplateLanguage,
  source: (node) => node.text(),
  description: (node) => node.text(),
  example: (node) => {
    const fields = node.fields(['input', 'output']);
    return { input: fields.required('input').value, output: fields.required('output').value };
  },
};

/** What was created. */
export interface CreatedPlugin {
  /** Absolute path of the project. */
  readonly directory: string;
  readonly name: string;
  readonly type: PluginType;
  readonly language: TemplateLanguage;
  /** Its files, relative to the project. */
  readonly files: readonly string[];
}

/** A name used for files, an npm package, and in metadata; longer names break tables. */
const NAME = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/**
 * Makes a plugin project that builds, has a test and a README.
 *
 * @throws {ScaffoldError} Nothing is changed for a bad name or a folder that is not empty.
 * @throws {ConfigError} For an unknown key or a value of a wrong type.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { tmpdir } from 'node:os';
 * import { join } from 'node:path';
 *
 * import { createPlugin } from '@testbench/create-plugin';
 *
 * const folder = await mkdtemp(join(tmpdir(), 'testbench-'));
 * const { name, files } = await createPlugin({ directory: join(folder, 'keyword-coverage') });
 * name; // => 'keyword-coverage'
 * files.includes('assembly/index.ts'); // => true
 * ```
 */
export async function createPlugin(given: CreatePluginOptions): Promise<CreatedPlugin> {
  const options = readOptions<CreatePluginOptions>(given, OPTIONS, '', ['directory']);
  const directory = resolve(options.directory);
  const name = basename(directory);
  if (!NAME.test(name) || name.includes('..') || name === 'node_modules') {
    throw new ScaffoldError(
      'SCAFFOLD_BAD_NAME',
      `Cannot create "${name}": a name is up to 64 of a-z, 0-9, ".", "_" and "-", and begins and ends with a letter or digit`,
    );
  }
  const type = known('type', PLUGIN_TYPES, options.type ?? 'evaluator');
  const language = known('language', TEMPLATE_LANGUAGES, options.language ?? 'assemblyscript');
  if (options.source !== undefined && PROJECT_LANGUAGES[language].isScript) {
    throw new ScaffoldError(
      'SCAFFOLD_BAD_CHOICE',
      `Cannot create "${name}": a source can be given for assemblyscript, rust and c only`,
    );
  }
  await requireEmpty(directory, name);
  const files = await renderProject({ ...options, name, type, language });
  try {
    for (const [path, text] of files) {
      const target = join(directory, path);
      await mkdir(dirname(target), { recursive: true });
      // Never overwrites a file that was created in the meantime.
      await writeFile(target, text, { flag: 'wx' });
    }
  } catch (cause) {
    throw unwritable(name, cause);
  }
  return { directory, name, type, language, files: [...files.keys()] };
}

function known<const Value extends string>(
  what: string,
  values: readonly Value[],
  given: string,
): Value {
  const value = values.find((each) => each === given);
  if (value !== undefined) return value;
  throw new ScaffoldError(
    'SCAFFOLD_BAD_CHOICE',
    `Cannot create a plugin: there is no ${what} "${given}", expected ${values.join(', ')}`,
  );
}

async function requireEmpty(directory: string, name: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(directory);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code === 'ENOTDIR') {
      throw new ScaffoldError(
        'SCAFFOLD_NOT_EMPTY',
        `Cannot create "${name}": there is a file of that name; choose another name`,
        { cause },
      );
    }
    throw unwritable(name, cause);
  }
  // A new repository counts as empty.
  if (entries.some((entry) => entry !== '.git')) {
    throw new ScaffoldError(
      'SCAFFOLD_NOT_EMPTY',
      `Cannot create "${name}": the folder is not empty; choose another name, or empty it`,
    );
  }
}

function unwritable(name: string, cause: unknown): ScaffoldError {
  const state = cause instanceof Error ? cause.message : String(cause);
  return new ScaffoldError('SCAFFOLD_UNWRITABLE', `Cannot create "${name}": ${state}`, { cause });
}
