import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { BuildError, type Diagnostic } from './build-error.js';
import { compileSources, type Optimization } from './compile-sources.js';
import { loadCompiler } from './load-compiler.js';
import type { CodePlaces } from './places/code-places.js';
import { readCodePlaces } from './places/finish-source-map.js';

/** The input for compiling one project. */
export interface CompileRequest {
  /** Folder of the project, absolute. */
  readonly directory: string;
  /** Entry file, relative to the folder. */
  readonly entry: string;
  readonly optimize: Optimization;
  readonly sourceMap: boolean;
  /** Further flags of the compiler. */
  readonly flags: readonly string[];
}

/** The result of compiling. */
export interface Compiled {
  /** The module, with the names of its functions. */
  readonly bytes: Uint8Array;
  /** Where its code comes from; undefined if not requested, or if the compiler did not say. */
  readonly places: CodePlaces | undefined;
  readonly warnings: readonly Diagnostic[];
  /** Absolute paths of the files that it was built from, as far as they are known. */
  readonly inputs: readonly string[];
}

/**
 * Compiles an AssemblyScript plugin in memory; nothing is written.
 *
 * @throws {BuildError} `BUILD_NO_PROJECT`, `BUILD_NO_COMPILER` or `BUILD_COMPILE_FAILED`.
 */
export async function compileAssembly(request: CompileRequest): Promise<Compiled> {
  const { directory, entry, optimize, flags } = request;
  const transform = await loadTransform(directory);
  const compiler = await (await loadCompiler(directory)).loadAssemblyCompiler();
  const files = new ProjectFiles(directory);
  const { bytes, sourceMap, warnings } = await compileSources({
    compiler,
    transform,
    files,
    entry,
    baseDir: directory,
    optimize,
    sourceMap: request.sourceMap,
    flags,
  });
  return {
    bytes,
    places: sourceMap === undefined ? undefined : readCodePlaces(sourceMap, bytes),
    warnings,
    inputs: files.inputs(),
  };
}

/** Files that the compiler reads, recorded for watchers. */
class ProjectFiles {
  readonly #read = new Set<string>();
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  read(name: string): string | null {
    const path = resolve(this.#directory, name);
    try {
      const text = readFileSync(path, 'utf8');
      this.#read.add(path);
      return text;
    } catch {
      return null;
    }
  }

  /** Absolute paths. */
  inputs(): string[] {
    return [...this.#read];
  }
}

/** The library's transform that the compiler will find: the one in the nearest `node_modules` that has it. */
async function loadTransform(directory: string): Promise<new () => unknown> {
  for (let folder = directory; ; folder = dirname(folder)) {
    const path = join(folder, 'node_modules/@testbench/plugins-sdk/transform/index.js');
    if (existsSync(path)) {
      const module = (await import(pathToFileURL(realpathSync(path)).href)) as {
        default: new () => unknown;
      };
      return module.default;
    }
    if (folder === dirname(folder)) break;
  }
  throw new BuildError(
    'BUILD_NO_PROJECT',
    `Cannot build "${directory}": it does not have @testbench/plugins-sdk; add it to devDependencies and install`,
  );
}
