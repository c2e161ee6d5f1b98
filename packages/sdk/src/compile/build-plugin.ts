import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import { describeFileError } from '@testbench/core/files';
import { decodeMetadata, type PluginMetadata } from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';

import { askMetadata, checkAnsweredMetadata } from '../check/ask-metadata.js';
import { embedMetadata } from '../embed-metadata.js';
import { isSectionMissing, type PluginProblem, validatePlugin } from '../validate-plugin.js';
import { BuildError, type Diagnostic } from './build-error.js';
import { compileAssembly, type Compiled } from './compile-assembly.js';
import { type Optimization, OPTIMIZATIONS } from './compile-sources.js';
import { compileC } from './compile-c.js';
import { placeOf } from './compile-failed.js';
import { compileRust } from './compile-rust.js';
import { finishSourceMap } from './places/finish-source-map.js';
import { stripDebugSections, stripSections } from './strip-debug-sections.js';
import { locateProblem } from './locate-problem.js';
import { measureSize, type SizeReport } from './measure-size.js';
import { optimizeModule } from './optimize-module.js';
import { type PluginLanguage, type Project, recognizeProject } from './project.js';
import { checkOutputs, writeOutputs } from './write-outputs.js';

/** How to build a plugin project. */
export interface BuildPluginOptions {
  /** Folder of the project. @default the current folder */
  readonly directory?: string;
  /** Entry file of an AssemblyScript plugin, relative to the folder. @default 'assembly/index.ts' */
  readonly entry?: string;
  /** Path of the module, relative to the folder. @default 'build/<name of the folder>.wasm' */
  readonly outputFile?: string;
  /** What to optimise for. @default 'speed' */
  readonly optimize?: Optimization;
  /**
   * Writes a source map next to the module, `<module>.map`, which a host that loads the file uses to locate errors. The module
   * is the same with and without it. @default true where the module is written
   */
  readonly sourceMap?: boolean;
  /** False to leave the module in memory. @default true */
  readonly write?: boolean;
  /** Further flags of the compiler (asc, cargo or clang), such as `--enable simd`. */
  readonly flags?: readonly string[];
}

const OPTIONS: OptionReaders<BuildPluginOptions> = {
  directory: (node) => node.text(),
  entry: (node) => node.text(),
  outputFile: (node) => node.text(),
  optimize: (node) => node.oneOf(OPTIMIZATIONS),
  sourceMap: (node) => node.boolean(),
  write: (node) => node.boolean(),
  flags: (node) => node.list().map((flag) => flag.text()),
};

/** The result of a build. */
export interface BuildResult {
  /** Absolute path of the module, or where it would be if it were written. */
  readonly path: string;
  readonly language: PluginLanguage;
  readonly bytes: Uint8Array;
  /** The source map written next to it; undefined if not requested, or if the compiler gave no positions. */
  readonly sourceMap: string | undefined;
  readonly metadata: PluginMetadata;
  /** Size of the module, in bytes. */
  readonly size: number;
  /** Its size compressed with gzip, in bytes. */
  readonly gzipSize: number;
  /** What the bytes are used for. */
  readonly sizeReport: SizeReport;
  readonly warnings: readonly Diagnostic[];
  /** Absolute paths of the files that it was built from, as far as they are known: for watching them. */
  readonly inputs: readonly string[];
}

/**
 * Builds a plugin project and writes `build/<folder>.wasm`: AssemblyScript (`assembly/index.ts`), Rust (`Cargo.toml`) or
 * C (`src/plugin.c`). It compiles, runs `wasm-opt`, adds the metadata section, and checks the module as a host would.
 *
 * Nothing is written unless a host would load the result.
 *
 * @throws {BuildError} With the file, the line and a remedy.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 */
export async function buildPlugin(given?: BuildPluginOptions): Promise<BuildResult> {
  const options = readOptions<BuildPluginOptions>(given, OPTIONS);
  try {
    return await build(options);
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    const { path = 'a file', syscall } = cause as NodeJS.ErrnoException;
    const message =
      syscall === 'uv_cwd'
        ? 'Cannot build here: the working directory no longer exists'
        : `Cannot build with ${JSON.stringify(path)}: ${state}`;
    throw new BuildError('BUILD_FILE_FAILED', message, [], { cause });
  }
}

async function build(options: BuildPluginOptions): Promise<BuildResult> {
  const directory = resolve(options.directory ?? '.');
  const project = recognizeProject(directory, options.entry);
  const path = resolve(directory, options.outputFile ?? `build/${basename(directory)}.wasm`);
  const withMap = wantsMap(options);
  const outputs = withMap ? [path, `${path}.map`] : [path];
  const isWritten = options.write ?? true;
  if (isWritten) await checkOutputs(directory, project, outputs);
  const { warnings, inputs, places, named } = await compile(directory, project, options);
  const bytes = options.optimize === 'none' ? named : stripDebugSections(named);
  const sourceMap = places && finishSourceMap(places, bytes, named);
  const { metadata } = await check(directory, project, bytes);
  if (isWritten) await writeOutputs(outputs, [bytes, sourceMap]);
  return {
    path,
    language: project.language,
    bytes,
    sourceMap,
    metadata,
    size: bytes.length,
    gzipSize: gzipSync(bytes).length,
    sizeReport: { ...measureSize(named), sections: measureSize(bytes).sections },
    warnings,
    inputs: [...new Set([...inputs, join(directory, 'package.json')])].filter((file) =>
      existsSync(file),
    ),
  };
}

/** Making a map takes time, which is wasted if no file is written next to the module. */
function wantsMap({ sourceMap, write = true }: BuildPluginOptions): boolean {
  return sourceMap ?? write;
}

const COMPILERS = { assemblyscript: compileAssembly, rust: compileRust, c: compileC } as const;

/** Compiles, optimises, and adds the module's metadata section. */
async function compile(
  directory: string,
  project: Project,
  options: BuildPluginOptions,
): Promise<Pick<Compiled, 'warnings' | 'places' | 'inputs'> & { readonly named: Uint8Array }> {
  const { language, entry } = project;
  const { optimize = 'speed', flags = [] } = options;
  const sourceMap = wantsMap(options);
  const compiled = await COMPILERS[language]({ directory, entry, optimize, sourceMap, flags });
  const bytes = stripSections(compiled.bytes, /^(?:\.debug_.*|sourceMappingURL)$/);
  let result = { bytes: bytes as Uint8Array, places: compiled.places };
  // The AssemblyScript compiler already ran the same optimiser: a second pass saves half a percent and takes seconds.
  const again = language !== 'assemblyscript' || optimize === 'size';
  if (again && optimize !== 'none') {
    result = await optimizeModule(directory, bytes, optimize, compiled.places);
  }
  const named = await withMetadata(directory, project, result.bytes);
  const { warnings, inputs } = compiled;
  return { warnings, inputs, places: result.places, named };
}

/**
 * Adds the answer of `plugin_metadata`, if the compiler did not write the section.
 *
 * @throws {BuildError} `BUILD_INVALID_PLUGIN` if there is no answer, or none that a host would accept.
 */
async function withMetadata(
  directory: string,
  project: Project,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const { problems, contract = 'v1' } = validatePlugin(bytes);
  // With other problems the module need not run; they are reported later.
  if (problems.length !== 1 || !isSectionMissing(problems[0]!)) return bytes;
  const answer = await askMetadata(bytes, contract);
  if (answer.bytes === undefined) {
    throw invalid(directory, project, [{ part: 'metadata', message: answer.problem }]);
  }
  try {
    return embedMetadata(bytes, decodeMetadata(answer.bytes));
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    throw invalid(directory, project, [{ part: 'metadata', message: error.message }]);
  }
}

/**
 * Checks that a host would load the module.
 *
 * @throws {BuildError} `BUILD_INVALID_PLUGIN`, with every problem and where in the project it comes from.
 */
async function check(
  directory: string,
  project: Project,
  bytes: Uint8Array,
): Promise<{ readonly metadata: PluginMetadata }> {
  const report = validatePlugin(bytes);
  const problems = report.ok
    ? await checkAnsweredMetadata(bytes, report.contract, report.metadata)
    : withoutConsequence(report.problems);
  if (report.ok && problems.length === 0) return report;
  throw invalid(directory, project, problems);
}

/** A section that the build would have added is not the author's mistake. */
function withoutConsequence(problems: readonly PluginProblem[]): readonly PluginProblem[] {
  const others = problems.filter((problem) => !isSectionMissing(problem));
  return others.length > 0 ? others : problems;
}

function invalid(
  directory: string,
  project: Project,
  problems: readonly PluginProblem[],
): BuildError {
  const diagnostics = problems.map((problem) => locateProblem(directory, project, problem));
  return new BuildError(
    'BUILD_INVALID_PLUGIN',
    `Cannot build ${placeOf(diagnostics[0]!)}: ${diagnostics.map(({ message }) => message).join('; ')}`,
    diagnostics,
  );
}
