import type { TemplateLanguage } from './template-language.js';

/** How projects of a language differ from others. */
export interface ProjectLanguage {
  /** Path of the plugin's source. */
  readonly entry: string;
  /** Folder of the templates, which have one file for each type with this ending. */
  readonly sources: readonly [folder: string, ending: string];
  /** Further folders, whose files are copied unchanged. */
  readonly folders: readonly string[];
  /** A script is built from its file, and tested without a build. */
  readonly isScript: boolean;
  /** Packages of this repository that it needs in addition to the command. */
  readonly packages: readonly string[];
  /** Other packages, pinned. */
  readonly others?: Readonly<Record<string, string>>;
  /** A paragraph of its README. */
  readonly requirements?: string;
}

const SCRIPT = {
  folders: ['golden'],
  isScript: true,
  packages: [],
} as const;

const MODULE = {
  folders: ['module'],
  isScript: false,
  packages: ['@testbench/sdk'],
} as const;

export const PROJECT_LANGUAGES: Readonly<Record<TemplateLanguage, ProjectLanguage>> = {
  assemblyscript: {
    ...MODULE,
    entry: 'assembly/index.ts',
    sources: ['assemblyscript', 'ts'],
    folders: ['module', 'assemblyscript/common'],
    packages: ['@testbench/plugins-sdk', '@testbench/sdk'],
  },
  typescript: {
    ...SCRIPT,
    entry: 'plugin.ts',
    sources: ['script', 'ts'],
    folders: ['golden', 'typescript/common'],
    packages: ['@testbench/script'],
  },
  javascript: {
    ...SCRIPT,
    entry: 'plugin.js',
    sources: ['script', 'ts'],
    packages: ['@testbench/script'],
  },
  python: {
    ...SCRIPT,
    entry: 'plugin.py',
    sources: ['python', 'py'],
    requirements:
      'No Python has to be installed: the plugin holds CPython 3.12 with its standard library.',
  },
  rust: {
    ...MODULE,
    entry: 'src/lib.rs',
    sources: ['rust', 'rs'],
    folders: ['module', 'rust/common'],
    packages: ['@testbench/compiler', '@testbench/sdk'],
    requirements:
      'It needs cargo and its target for WebAssembly: `rustup target add wasm32-unknown-unknown`.',
  },
  c: {
    ...MODULE,
    entry: 'src/plugin.c',
    sources: ['c', 'c'],
    folders: ['module', 'c/common'],
    packages: ['@testbench/compiler', '@testbench/sdk'],
    others: { '@yowasp/clang': '22.0.0-git20542-10' },
    requirements:
      'The compiler comes from npm (`@yowasp/clang`, 100 MB); a `clang` of the system serves as well.',
  },
};
