import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { BuildError, type Diagnostic } from './build-error.js';
import { compileFailed } from './compile-failed.js';
import {
  type CompilerMessage,
  explainDiagnostic,
  type ExplainedDiagnostic,
  type Sources,
} from './explain-diagnostic.js';
import { loadCompiler } from './load-compiler.js';
import type { CodePlaces } from './places/code-places.js';
import { readCodePlaces } from './places/finish-source-map.js';
import { withExcerpt } from './with-excerpt.js';

/** What the compiler is to aim for. */
export type Optimization = (typeof OPTIMIZATIONS)[number];

/** Every {@link Optimization}. */
export const OPTIMIZATIONS = ['speed', 'size', 'none'] as const;

/** What compiling one project takes. */
export interface CompileRequest {
  /** Folder of the project, absolute. */
  readonly directory: string;
  /** Entry file, relative to it. */
  readonly entry: string;
  readonly optimize: Optimization;
  readonly sourceMap: boolean;
  /** Further flags of the compiler. */
  readonly flags: readonly string[];
}

/** What compiling gives. */
export interface Compiled {
  /** The module, with the names of its functions. */
  readonly bytes: Uint8Array;
  /** Positions of its code; undefined if not requested, or not given by the compiler. */
  readonly places: CodePlaces | undefined;
  readonly warnings: readonly Diagnostic[];
  /** Absolute paths of the files that it was made of, as far as they are known. */
  readonly inputs: readonly string[];
}

const ERROR = 3;
const WARNING = 2;

const OPTIMIZATION: Readonly<Record<Optimization, readonly string[]>> = {
  // Level 3 takes twice as long to compile, for little. From shrink level 1 on, the standard library joins
  // lists of texts with shorter code, which is quadratic in time and memory.
  speed: ['--optimizeLevel', '2', '--shrinkLevel', '0'],
  size: ['--optimizeLevel', '3', '--shrinkLevel', '2', '--converge', '--noAssert'],
  none: [],
};

/**
 * Compiles an AssemblyScript plugin in memory; nothing is written.
 *
 * The runtime is `minimal`: the library collects garbage between calls, when no frame of the plugin is on
 * the stack, which needs no bookkeeping while the plugin works.
 *
 * @throws {BuildError} `BUILD_NO_PROJECT`, `BUILD_NO_COMPILER` or `BUILD_COMPILE_FAILED`.
 */
export async function compileAssembly(request: CompileRequest): Promise<Compiled> {
  const transform = await loadTransform(request.directory);
  const compiler = await (await loadCompiler(request.directory)).loadAssemblyCompiler();
  const outputs = new Map<string, string | Uint8Array>();
  const sources = new ReadSources(request.directory);
  const diagnostics: CompilerMessage[] = [];
  const { error } = await compiler.main(
    [
      request.entry,
      '--baseDir',
      request.directory,
      '--outFile',
      'plugin.wasm',
      ...(request.sourceMap ? ['--sourceMap'] : []),
      '--runtime',
      'minimal',
      '--exportStart',
      '_initialize',
      // Names of functions, for the size report.
      '--debug',
      ...OPTIMIZATION[request.optimize],
      ...request.flags,
    ],
    {
      transforms: [transform],
      readFile: (name) => sources.read(name),
      writeFile: (name, contents) => void outputs.set(name, contents),
      reportDiagnostic: (message) => void diagnostics.push(message as CompilerMessage),
      // Both are reported as diagnostics or thrown; the compiler's drawings are not for our messages.
      stdout: { write: () => undefined },
      stderr: { write: () => undefined },
    },
  );
  const explain = (category: number): ExplainedDiagnostic[] =>
    diagnostics
      .filter((message) => message.category === category)
      .map((message) => explainDiagnostic(message, sources));
  const found = explain(ERROR);
  const causes = found.filter(({ follows }) => !follows);
  const errors = causes.length > 0 ? causes : found;
  if (errors.length > 0) {
    const sorted = errors.toSorted((a, b) => rank(a) - rank(b));
    throw compileFailed(request.entry, sorted, '', error);
  }
  if (error) throw thrownByTransform(error, request.directory);
  const bytes = outputs.get('plugin.wasm');
  if (!(bytes instanceof Uint8Array)) {
    throw new BuildError('BUILD_COMPILE_FAILED', `Cannot build ${request.entry}: no output`);
  }
  const sourceMap = outputs.get('plugin.wasm.map');
  return {
    bytes,
    places: typeof sourceMap === 'string' ? readCodePlaces(sourceMap, bytes) : undefined,
    warnings: explain(WARNING),
    inputs: sources.paths(),
  };
}

/** The library's transform throws what it has to say, with file and line. */
function thrownByTransform(error: Error, directory: string): BuildError {
  const [, file, line, message] =
    /^(?:Cannot build )?([^\s:]+):(\d+): (.*)$/s.exec(error.message) ?? [];
  const diagnostics =
    message === undefined
      ? []
      : [withExcerpt(directory, { file: file!, line: Number(line), column: 0, message })];
  return new BuildError('BUILD_COMPILE_FAILED', error.message, diagnostics, { cause: error });
}

/** Files that the compiler reads, kept for messages and for watching. */
class ReadSources implements Sources {
  readonly #texts = new Map<string, string>();
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  read(name: string): string | null {
    try {
      const text = readFileSync(resolve(this.#directory, name), 'utf8');
      this.#texts.set(name, text);
      return text;
    } catch {
      return null;
    }
  }

  textOf(file: string): string | undefined {
    return this.#texts.get(file);
  }

  texts(): Iterable<string> {
    return this.#texts.values();
  }

  /** Absolute. */
  paths(): string[] {
    return [...this.#texts.keys()].map((name) => resolve(this.#directory, name));
  }
}

/** What the author wrote comes first, and there the mistakes with a known cure: others follow from them. */
function rank({ file, cured }: ExplainedDiagnostic): number {
  if (file === 'testbench-entry.ts') return 3;
  if (file.startsWith('~lib/')) return 2;
  return cured ? 0 : 1;
}

/** The transform of the library that the compiler will find: the nearest `node_modules` that has it. */
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
