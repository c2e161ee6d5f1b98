import { BuildError, type Diagnostic } from './build-error.js';
import { compileFailed } from './compile-failed.js';
import {
  type CompilerMessage,
  explainDiagnostic,
  type ExplainedDiagnostic,
  type Sources,
} from './explain-diagnostic.js';
import { sourceLine } from './source-line.js';

/** The goal of the optimisation. */
export type Optimization = (typeof OPTIMIZATIONS)[number];

/** Every {@link Optimization}. */
export const OPTIMIZATIONS = ['speed', 'size', 'none'] as const;

/** The AssemblyScript compiler, as `loadAssemblyCompiler()` of `@testbench/compiler` gives it. */
export interface SourceCompiler {
  main(
    args: readonly string[],
    outputs: {
      readonly transforms: readonly unknown[];
      readonly readFile: (name: string) => string | null;
      readonly listFiles?: (folder: string) => readonly string[] | null;
      readonly writeFile: (name: string, contents: string | Uint8Array) => void;
      readonly reportDiagnostic: (message: unknown) => void;
      readonly stdout: { write(text: string): void };
      readonly stderr: { write(text: string): void };
    },
  ): Promise<{ readonly error: Error | null }>;
}

/** The files of a project; the compiler also asks for names that do not exist. */
export interface SourceFiles {
  /** Text of a file by its path in the project; null if there is none. */
  read(name: string): string | null;
  /** Names of the files of a folder, for the compiler's flag `--lib`; if left out, it looks in the file system, which a browser does not have. */
  list?(folder: string): readonly string[] | null;
}

/** The input for compiling from texts. */
export interface SourceRequest {
  readonly compiler: SourceCompiler;
  /** The class that `@testbench/plugins-sdk/transform` exports. */
  readonly transform: unknown;
  readonly files: SourceFiles;
  /** Entry file, relative to the project. @default 'assembly/index.ts' */
  readonly entry?: string;
  /** Location of the project, for the compiler's own paths. @default '.' */
  readonly baseDir?: string;
  /** @default 'speed' */
  readonly optimize?: Optimization;
  /** @default false */
  readonly sourceMap?: boolean;
  /** Further flags of the compiler. */
  readonly flags?: readonly string[];
}

/** The result of compiling from texts. */
export interface CompiledSources {
  /** The module, with the names of its functions and the plugin's metadata. */
  readonly bytes: Uint8Array;
  readonly sourceMap: string | undefined;
  readonly warnings: readonly Diagnostic[];
}

const ERROR = 3;
const WARNING = 2;

const OPTIMIZATION: Readonly<Record<Optimization, readonly string[]>> = {
  // Level 3 takes twice as long to compile, for little benefit. From shrink level 1 on, the standard library joins
  // lists of texts with shorter code, which is quadratic in time and memory.
  speed: ['--optimizeLevel', '2', '--shrinkLevel', '0'],
  size: ['--optimizeLevel', '3', '--shrinkLevel', '2', '--converge', '--noAssert'],
  none: [],
};

/**
 * Compiles an AssemblyScript plugin from texts, without a file system, so it also runs in a browser.
 *
 * The runtime is `minimal`: the library collects garbage between calls, when no frame of the plugin is on
 * the stack, which needs no bookkeeping while the plugin works.
 *
 * @param request The files must include the library, below `node_modules/@testbench/plugins-sdk/`.
 * @throws {BuildError} `BUILD_COMPILE_FAILED`, with every mistake and its place.
 */
export async function compileSources(request: SourceRequest): Promise<CompiledSources> {
  const { compiler, transform, entry = 'assembly/index.ts', optimize = 'speed' } = request;
  const outputs = new Map<string, string | Uint8Array>();
  const list = request.files.list?.bind(request.files);
  const sources = new ReadSources(request.files);
  const diagnostics: CompilerMessage[] = [];
  const { error } = await compiler.main(
    [
      entry,
      '--baseDir',
      request.baseDir ?? '.',
      '--outFile',
      'plugin.wasm',
      ...(request.sourceMap === true ? ['--sourceMap'] : []),
      '--runtime',
      'minimal',
      '--exportStart',
      '_initialize',
      // Every engine that we support has them; the library computes edit distances by them.
      '--enable',
      'simd',
      // Names of functions, for the size report.
      '--debug',
      ...OPTIMIZATION[optimize],
      ...(request.flags ?? []),
    ],
    {
      transforms: [transform],
      readFile: (name) => sources.read(name),
      ...(list && { listFiles: list }),
      writeFile: (name, contents) => void outputs.set(name, contents),
      reportDiagnostic: (message) => void diagnostics.push(message as CompilerMessage),
      // Both are reported as diagnostics or thrown; the compiler's drawings are not suitable for our messages.
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
    throw compileFailed(entry, sorted, '', error);
  }
  if (error) throw thrownByTransform(error, sources);
  const bytes = outputs.get('plugin.wasm');
  if (!(bytes instanceof Uint8Array)) {
    throw new BuildError('BUILD_COMPILE_FAILED', `Cannot build ${entry}: no output`);
  }
  const sourceMap = outputs.get('plugin.wasm.map');
  return {
    bytes,
    sourceMap: typeof sourceMap === 'string' ? sourceMap : undefined,
    warnings: explain(WARNING),
  };
}

/** The library's transform throws its messages, with file and line. */
function thrownByTransform(error: Error, sources: Sources): BuildError {
  const [, file, line, message] =
    /^(?:Cannot build )?([^\s:]+):(\d+): (.*)$/s.exec(error.message) ?? [];
  if (file === undefined || message === undefined) {
    return new BuildError('BUILD_COMPILE_FAILED', error.message, [], { cause: error });
  }
  const text = sources.textOf(file);
  const excerpt = text === undefined ? undefined : sourceLine(text, Number(line));
  const diagnostic = { file, line: Number(line), column: 0, message };
  return new BuildError(
    'BUILD_COMPILE_FAILED',
    error.message,
    [excerpt === undefined ? diagnostic : { ...diagnostic, excerpt }],
    { cause: error },
  );
}

/** Sources that the compiler read, kept for messages. */
class ReadSources implements Sources {
  readonly #texts = new Map<string, string>();
  readonly #files: SourceFiles;

  constructor(files: SourceFiles) {
    this.#files = files;
  }

  read(name: string): string | null {
    const text = this.#files.read(name);
    // The transform also reads package.json, in which no names are looked up.
    if (text !== null && name.endsWith('.ts')) this.#texts.set(name, text);
    return text;
  }

  textOf(file: string): string | undefined {
    return this.#texts.get(file);
  }

  texts(): Iterable<string> {
    return this.#texts.values();
  }
}

/** The author's own files come first, and among them the mistakes with a known remedy: others follow from them. */
function rank({ file, cured }: ExplainedDiagnostic): number {
  if (file === 'testbench-entry.ts') return 3;
  if (file.startsWith('~lib/')) return 2;
  return cured ? 0 : 1;
}
