import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { Transform } from 'assemblyscript/transform';

import { BuildError, type Diagnostic } from './build-error.js';
import { type CompilerMessage, explainDiagnostic } from './explain-diagnostic.js';

/** What the compiler is to aim for. */
export type Optimization = 'speed' | 'size' | 'none';

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
  readonly bytes: Uint8Array;
  /** Source map JSON. */
  readonly sourceMap: string | undefined;
  readonly warnings: readonly Diagnostic[];
}

const ERROR = 3;
const WARNING = 2;

const OPTIMIZATION: Readonly<Record<Optimization, readonly string[]>> = {
  // Shrink level 1: nearly all of the speed for three quarters of the size.
  speed: ['--optimizeLevel', '3', '--shrinkLevel', '1'],
  size: ['--optimizeLevel', '3', '--shrinkLevel', '2', '--converge', '--noAssert'],
  none: ['--debug'],
};

/**
 * Compiles an AssemblyScript plugin in memory; nothing is written.
 *
 * The runtime is `minimal`: the library collects garbage between calls, when no frame of the plugin is on
 * the stack, which needs no bookkeeping while the plugin works.
 *
 * @throws {BuildError} `BUILD_NO_PROJECT` or `BUILD_COMPILE_FAILED`.
 */
export async function compileAssembly(request: CompileRequest): Promise<Compiled> {
  const transform = await loadTransform(request.directory);
  const { default: compiler } = await import('assemblyscript/asc');
  const outputs = new Map<string, string | Uint8Array>();
  const diagnostics: CompilerMessage[] = [];
  const { error } = await compiler.main(
    [
      request.entry,
      ...['--baseDir', request.directory, '--outFile', 'plugin.wasm'],
      ...(request.sourceMap ? ['--sourceMap'] : []),
      ...['--runtime', 'minimal', '--exportStart', '_initialize'],
      ...OPTIMIZATION[request.optimize],
      ...request.flags,
    ],
    {
      // The compiler makes the instance; its types only know instances.
      transforms: [transform as unknown as Transform],
      writeFile: (name: string, contents: string | Uint8Array) => void outputs.set(name, contents),
      reportDiagnostic: (message: unknown) => void diagnostics.push(message as CompilerMessage),
      // Both are reported as diagnostics or thrown; the compiler's drawings are not for our messages.
      stdout: { write: () => undefined },
      stderr: { write: () => undefined },
    },
  );
  const explain = (category: number): Diagnostic[] =>
    diagnostics
      .filter((message) => message.category === category)
      .map((message) => explainDiagnostic(message, (...place) => lineOf(request, ...place)));
  const errors = explain(ERROR);
  if (errors.length > 0) throw compileError(request, errors, error);
  if (error) throw new BuildError('BUILD_COMPILE_FAILED', error.message, [], { cause: error });
  const bytes = outputs.get('plugin.wasm');
  if (!(bytes instanceof Uint8Array)) {
    throw new BuildError('BUILD_COMPILE_FAILED', `Cannot build ${request.entry}: no output`);
  }
  const sourceMap = outputs.get('plugin.wasm.map');
  return {
    bytes,
    sourceMap: typeof sourceMap === 'string' ? sourceMap : undefined,
    warnings: explain(WARNING),
  };
}

/** The compiler reports offsets only, so the file is read once more; generated and library files have no line. */
function lineOf({ directory }: CompileRequest, file: string, offset: number): number {
  try {
    return readFileSync(join(directory, file), 'utf8').slice(0, offset).split('\n').length;
  } catch {
    return 0;
  }
}

function compileError(
  request: CompileRequest,
  errors: readonly Diagnostic[],
  cause: unknown,
): BuildError {
  // What the author wrote comes first: an error in generated code follows from one there.
  const sorted = errors.toSorted((a, b) => rank(a) - rank(b));
  const first = sorted[0]!;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  const where = first.file === '' ? request.entry : place(first);
  return new BuildError(
    'BUILD_COMPILE_FAILED',
    `Cannot build ${where}: ${first.message}${more}`,
    sorted,
    { cause },
  );
}

function place({ file, line }: Diagnostic): string {
  return line === 0 ? file : `${file}:${line}`;
}

function rank({ file }: Diagnostic): number {
  if (file === 'testbench-entry.ts') return 2;
  return file.startsWith('~lib/') ? 1 : 0;
}

/** The transform of the library version that the project itself depends on. */
async function loadTransform(directory: string): Promise<new () => Transform> {
  const require = createRequire(join(directory, 'package.json'));
  let path: string;
  try {
    path = require.resolve('@testbench/plugins-sdk/transform');
  } catch (cause) {
    throw new BuildError(
      'BUILD_NO_PROJECT',
      `Cannot build "${directory}": it does not have @testbench/plugins-sdk; add it to devDependencies and install`,
      [],
      { cause },
    );
  }
  const module = (await import(pathToFileURL(path).href)) as { default: new () => Transform };
  return module.default;
}
