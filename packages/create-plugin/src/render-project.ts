import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PluginType } from '@testbench/types';

import { PROJECT_LANGUAGES } from './project-languages.js';
import { type Showcase, SHOWCASES } from './showcases.js';
import type { TemplateLanguage } from './template-language.js';

/** The description from which a project is made. */
export interface ProjectDescription {
  readonly name: string;
  readonly type: PluginType;
  readonly language: TemplateLanguage;
  /** Used instead of the template's source. */
  readonly source?: string;
  readonly description?: string;
  /** Example for a plugin with its own source. */
  readonly example?: { readonly input: unknown; readonly output: unknown };
}

/** What the project shows of its plugin: the template's showcase, or what is known about a given source. */
function showcaseOf(
  project: ProjectDescription,
): Pick<Showcase, 'description' | 'input'> & Partial<Showcase> {
  const showcase = SHOWCASES[project.type];
  const { source, description = showcase.description, example } = project;
  if (source === undefined) return { ...showcase, description };
  return { description, input: showcase.input, ...example };
}

/** Next to both sources and bundle. */
const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url));

/**
 * Returns the files of a project.
 *
 * @returns Text by path, relative to the project.
 */
export async function renderProject(project: ProjectDescription): Promise<Map<string, string>> {
  const { language, type } = project;
  const { entry, sources, folders } = PROJECT_LANGUAGES[language];
  const files = new Map([['package.json', await describePackage(project)]]);
  const values = valuesFor(project);
  for (const folder of ['common', ...folders]) {
    for (const path of await listFiles(join(TEMPLATES, folder))) {
      const text = await readFile(join(TEMPLATES, folder, path), 'utf8');
      // npm leaves some dotfiles out of packages, so here they have another first character.
      files.set(path.replace(/(^|\/)_/, '$1.'), fill(withParts(text, values), values));
    }
  }
  if (project.source !== undefined) {
    files.set(entry, project.source);
    return files;
  }
  const [folder, ending] = sources;
  const source = await readFile(join(TEMPLATES, folder, `${type}.${ending}`), 'utf8');
  files.set(entry, fill(withTypes(source, language === 'typescript'), values));
  return files;
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    )
    .toSorted();
}

async function describePackage(project: ProjectDescription): Promise<string> {
  const { name, language } = project;
  const range = `^${await ownVersion()}`;
  const { entry, isScript, packages, others } = PROJECT_LANGUAGES[language];
  const module = `build/${name}.wasm`;
  const build = isScript ? `testbench build ${entry} --output ${module}` : 'testbench build';
  const test = isScript
    ? `testbench test ${entry} --golden golden.jsonl`
    : `${build} && node --test`;
  const description = {
    name,
    version: '0.1.0',
    description: showcaseOf(project).description,
    author: '',
    license: 'MIT',
    type: 'module',
    files: ['build/*.wasm'],
    scripts: { build, dev: 'testbench dev', test, check: `${build} && testbench test ${module}` },
    devDependencies: Object.fromEntries([
      ...['@testbench/cli', ...packages].map((each) => [each, range]),
      ...Object.entries(others ?? {}),
    ]),
  };
  return `${JSON.stringify(description, undefined, 2)}\n`;
}

/** The packages are published together, with the same version. */
async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function valuesFor(project: ProjectDescription): Readonly<Record<string, string>> {
  const { name, type, language } = project;
  const { description, input, output, refused } = showcaseOf(project);
  const { entry, isScript, requirements } = PROJECT_LANGUAGES[language];
  return {
    NAME: name,
    TYPE: type,
    CLASS: className(name),
    CRATE: crateName(name),
    DESCRIPTION: description,
    ENTRY: entry,
    REQUIREMENTS: requirements === undefined ? '' : `\n${requirements}\n`,
    TESTED_BY: isScript
      ? 'what it gives stands in `golden.jsonl`, an input and its output on each line'
      : 'its test is `plugin.test.mjs`',
    TEST: isScript
      ? 'shows whether the plugin keeps the contract, and compares what it gives with `golden.jsonl`'
      : 'builds, and runs the test',
    INPUT: JSON.stringify(input),
    // Inside single quotes of a shell.
    SHELL_INPUT: JSON.stringify(input).replaceAll("'", String.raw`'\''`),
    ...(output === undefined && { NO_OUTPUT: '' }),
    ...(output !== undefined && {
      OUTPUT: JSON.stringify(output),
      OUTPUT_LINES: JSON.stringify(output, undefined, 2),
    }),
    ...(refused !== undefined && { REFUSED: JSON.stringify(refused) }),
  };
}

/** The content of `{{ts…}}` is for TypeScript only. */
function withTypes(text: string, typed: boolean): string {
  return text.replace(/\{\{ts(.*?)\}\}/gs, (_, types: string) => {
    if (!typed) return '';
    return types.startsWith(' ') ? `:${types}` : types;
  });
}

/** The part between `{{#NAME}}` and `{{/NAME}}` is left out if there is no such value. */
function withParts(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(
    /\{\{#([A-Z_]+)\}\}\n([\s\S]*?)\{\{\/\1\}\}\n/g,
    (_, name: string, part: string) => (Object.hasOwn(values, name) ? part : ''),
  );
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{([A-Z_]+)\}\}/g, (_, name: string) => values[name]!);
}

/** A class must not have the name of one of the library's classes: none of those has this suffix. */
function className(name: string): string {
  const words = name.split(/[._-]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${/^\d/.test(name) ? 'The' : ''}${words.join('')}Plugin`;
}

/** Cargo permits no dots, and no digit at the start. */
function crateName(name: string): string {
  return `${/^\d/.test(name) ? 'plugin-' : ''}${name.replaceAll('.', '-')}`;
}
