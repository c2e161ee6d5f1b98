import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { PluginType } from '@testbench/types';

import { SHOWCASES } from './showcases.js';
import type { TemplateLanguage } from './template-language.js';

/** What a project is made from. */
export interface ProjectDescription {
  readonly name: string;
  readonly type: PluginType;
  readonly language: TemplateLanguage;
}

/** Beside sources and bundle alike. */
const TEMPLATES = fileURLToPath(new URL('../templates', import.meta.url));

/** Where the source of the plugin goes. */
const ENTRIES: Readonly<Record<TemplateLanguage, string>> = {
  assemblyscript: 'assembly/index.ts',
  typescript: 'plugin.ts',
  javascript: 'plugin.js',
  rust: 'src/lib.rs',
  c: 'src/plugin.c',
};

const ENDINGS: Readonly<Record<TemplateLanguage, string>> = {
  assemblyscript: 'ts',
  typescript: 'ts',
  javascript: 'js',
  rust: 'rs',
  c: 'c',
};

const REQUIREMENTS: Readonly<Record<TemplateLanguage, string>> = {
  assemblyscript: '',
  typescript: '',
  javascript: '',
  rust: '\nIt needs cargo and its target for WebAssembly: `rustup target add wasm32-unknown-unknown`.\n',
  c: '\nThe compiler comes from npm (`@yowasp/clang`, 100 MB); a `clang` of the system serves as well.\n',
};

/**
 * Gives the files of a project.
 *
 * @returns Path, relative to the project, to text.
 */
export async function renderProject(project: ProjectDescription): Promise<Map<string, string>> {
  const { language, type } = project;
  const files = new Map([['package.json', await describePackage(project)]]);
  const values = valuesFor(project);
  for (const folder of ['common', `${language}/common`]) {
    if (!existsSync(join(TEMPLATES, folder))) continue;
    for (const path of await listFiles(join(TEMPLATES, folder))) {
      const text = await readFile(join(TEMPLATES, folder, path), 'utf8');
      // npm leaves some dotfiles out of packages, so they lie there with another first character.
      files.set(path.replace(/(^|\/)_/, '$1.'), fill(text, values));
    }
  }
  const source = await readFile(join(TEMPLATES, language, `${type}.${ENDINGS[language]}`), 'utf8');
  files.set(ENTRIES[language], fill(source, values));
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

async function describePackage({ name, type, language }: ProjectDescription): Promise<string> {
  const range = `^${await ownVersion()}`;
  const library: Readonly<Record<TemplateLanguage, Readonly<Record<string, string>>>> = {
    assemblyscript: { '@testbench/plugins-sdk': range },
    typescript: { '@testbench/script': range },
    javascript: { '@testbench/script': range },
    rust: { '@testbench/compiler': range },
    c: { '@testbench/compiler': range, '@yowasp/clang': '22.0.0-git20542-10' },
  };
  const entry = ENTRIES[language];
  // A script is built by its file; what a project is written in, its files say.
  const build = entry.startsWith('plugin.')
    ? `testbench build ${entry} --output build/${name}.wasm`
    : 'testbench build';
  const description = {
    name,
    version: '0.1.0',
    description: SHOWCASES[type].description,
    author: '',
    license: 'MIT',
    type: 'module',
    files: ['build/*.wasm'],
    scripts: {
      build,
      test: `${build} && node --test`,
      check: `${build} && testbench test build/${name}.wasm`,
    },
    devDependencies: {
      '@testbench/cli': range,
      ...library[language],
      '@testbench/sdk': range,
    },
  };
  return `${JSON.stringify(description, undefined, 2)}\n`;
}

/** The packages are published together, with one version. */
async function ownVersion(): Promise<string> {
  const text = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

function valuesFor({ name, type, language }: ProjectDescription): Readonly<Record<string, string>> {
  const { description, input, output, refused } = SHOWCASES[type];
  return {
    NAME: name,
    TYPE: type,
    CLASS: className(name),
    CRATE: crateName(name),
    DESCRIPTION: description,
    ENTRY: ENTRIES[language],
    REQUIREMENTS: REQUIREMENTS[language],
    INPUT: JSON.stringify(input),
    OUTPUT: JSON.stringify(output),
    REFUSED: JSON.stringify(refused),
    OUTPUT_LINES: JSON.stringify(output, undefined, 2),
  };
}

function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\{\{([A-Z_]+)\}\}/g, (_, name: string) => values[name]!);
}

/** A class must not have the name of one of the library: none of those ends like this. */
function className(name: string): string {
  const words = name.split(/[._-]+/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `${/^\d/.test(name) ? 'The' : ''}${words.join('')}Plugin`;
}

/** Cargo takes no dots, and no digit at the beginning. */
function crateName(name: string): string {
  return `${/^\d/.test(name) ? 'plugin-' : ''}${name.replaceAll('.', '-')}`;
}
