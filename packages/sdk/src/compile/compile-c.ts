import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { BuildError, type Diagnostic } from './build-error.js';
import type { CompileRequest, Compiled } from './compile-assembly.js';
import type { Optimization } from './compile-sources.js';
import { compileFailed } from './compile-failed.js';
import { withExcerpt } from './with-excerpt.js';
import { nativeFolder } from './native-folder.js';
import { readDwarfPlaces } from './places/dwarf-places.js';
import { filesIn } from './project.js';
import { programsNamed, runCompiler } from './run-compiler.js';
import { withScratchFolder } from './scratch-folder.js';

const LEVELS: Readonly<Record<Optimization, readonly string[]>> = {
  // Loops of arrays take vectors, which every supported engine has: a twentieth less time. `-O3` gives the same code.
  speed: ['-O2', '-msimd128'],
  size: ['-Oz'],
  none: ['-O1'],
};

/** Flags that every plugin needs: no C library, and the stack below the data, so that an overflow traps instead of overwriting the data. */
const FLAGS = [
  '--target=wasm32-unknown-unknown',
  '-std=c11',
  '-nostdlib',
  '-ffreestanding',
  '-mbulk-memory',
  '-Wall',
  '-Wl,--no-entry,--stack-first,-z,stack-size=131072',
];

/** Line tables, without the folder in which the compiler runs. */
const LINE_FLAGS = ['-gline-tables-only', '-fdebug-compilation-dir', '.'];

/**
 * Compiles a plugin in C: every `src/*.c`, with the folder of `testbench.h` on the include path.
 *
 * The compiler is `@yowasp/clang` if the project has it, which is the same on every machine, or else a `clang` on the search
 * path.
 *
 * @throws {BuildError} `BUILD_NO_COMPILER` or `BUILD_COMPILE_FAILED`.
 */
export async function compileC(request: CompileRequest): Promise<Compiled> {
  const { directory, entry, optimize, sourceMap, flags } = request;
  const compile = yowaspClang(directory) ?? systemClang();
  if (compile === undefined) {
    throw new BuildError(
      'BUILD_NO_COMPILER',
      `Cannot build ${entry}: clang not found; run \`npm install --save-dev @yowasp/clang\`, or install clang and lld`,
    );
  }
  const sources = filesIn(join(directory, 'src'), '.c').map((name) => `src/${name}`);
  const { bytes, stderr } = await compile(directory, sources, [
    ...FLAGS,
    ...(sourceMap ? LINE_FLAGS : []),
    ...LEVELS[optimize],
    ...flags,
  ]);
  const said = readDiagnostics(stderr);
  if (bytes === undefined) {
    throw compileFailed(entry, excerpted(directory, said, 'error'), stderr);
  }
  return {
    bytes,
    places: sourceMap ? readDwarfPlaces(bytes, directory) : undefined,
    warnings: excerpted(directory, said, 'warning'),
    inputs: [...sources, ...filesIn(join(directory, 'src'), '.h').map((name) => `src/${name}`)].map(
      (name) => join(directory, name),
    ),
  };
}

type Compile = (
  directory: string,
  sources: readonly string[],
  flags: readonly string[],
) => Promise<{ readonly bytes: Uint8Array | undefined; readonly stderr: string }>;

type Tree = { [name: string]: Tree | string | Uint8Array };

/** The compiler from npm, as far as it is used here. It works in its own file system. */
interface Yowasp {
  readonly commands: {
    clang(
      args: readonly string[],
      files: Tree,
      options: { readonly stderr: (bytes: Uint8Array | null) => void },
    ): Promise<Tree | undefined>;
  };
  /** Without arguments it only reads its own files; `clang` does that too, but reports it on standard output. */
  runLLVM(args: null, files: Tree, options: { readonly fetchProgress: () => void }): Promise<void>;
}

function yowaspClang(directory: string): Compile | undefined {
  let path: string;
  try {
    path = createRequire(join(directory, 'package.json')).resolve('@yowasp/clang');
  } catch {
    return undefined;
  }
  return async (folder, sources, flags) => {
    const yowasp = (await import(pathToFileURL(path).href)) as Yowasp;
    await yowasp.runLLVM(null, {}, { fetchProgress: () => undefined });
    const decoder = new TextDecoder();
    let stderr = '';
    const files: Tree = {
      src: await readTree(join(folder, 'src')),
      include: await readTree(nativeFolder('c')),
    };
    try {
      const output = await yowasp.commands.clang(
        [...flags, '-Iinclude', '-o', 'plugin.wasm', ...sources],
        files,
        {
          stderr: (bytes) =>
            void (stderr += bytes === null ? '' : decoder.decode(bytes, { stream: true })),
        },
      );
      const bytes = output?.['plugin.wasm'];
      return { bytes: bytes instanceof Uint8Array ? bytes : undefined, stderr };
    } catch (error) {
      if ((error as { code?: unknown }).code === undefined) throw error;
      return { bytes: undefined, stderr };
    }
  };
}

async function readTree(folder: string): Promise<Tree> {
  const names = [...filesIn(folder, '.c'), ...filesIn(folder, '.h')];
  const entries = names.map(async (name) => [name, await readFile(join(folder, name))] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function systemClang(): Compile | undefined {
  const [clang] = programsNamed('clang');
  if (clang === undefined) return undefined;
  return async (folder, sources, flags) =>
    await withScratchFolder('testbench-c-', async (scratch) => {
      const output = join(scratch, 'plugin.wasm');
      const { code, stderr } = await runCompiler(
        clang,
        [...flags, `-I${nativeFolder('c')}`, '-o', output, ...sources],
        folder,
      );
      if (code !== 0 || !existsSync(output)) return { bytes: undefined, stderr };
      return { bytes: new Uint8Array(await readFile(output)), stderr };
    });
}

interface Said {
  readonly level: string;
  readonly diagnostic: Diagnostic;
}

/** The diagnostics of one level, each with its line of the source. */
function excerpted(directory: string, said: readonly Said[], level: string): Diagnostic[] {
  return said
    .filter((one) => one.level === level)
    .map(({ diagnostic }) => withExcerpt(directory, diagnostic));
}

/** The output of clang and its linker: `src/plugin.c:3:5: error: …` and `wasm-ld: error: …: undefined symbol: …`. */
function readDiagnostics(stderr: string): Said[] {
  return stderr.split('\n').flatMap((text) => {
    const undefinedSymbol = /undefined symbol: (\S+)/.exec(text);
    if (undefinedSymbol !== null) {
      const message = `undefined symbol "${undefinedSymbol[1]}"; a plugin has no C library, use what testbench.h offers`;
      return [{ level: 'error', diagnostic: { file: '', line: 0, column: 0, message } }];
    }
    const [, file, line, column, level, message] =
      /^(.+?):(\d+):(\d+): (?:fatal )?(error|warning): (.*)$/.exec(text) ?? [];
    if (message === undefined) return [];
    const place = { file: file!, line: Number(line), column: Number(column) };
    return [{ level: level!, diagnostic: { ...place, message } }];
  });
}
