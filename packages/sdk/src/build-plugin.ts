import { access, mkdir, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';

import type { PluginMetadata } from '@testbench/types';

import { BuildError, type Diagnostic } from './build-error.js';
import { compileAssembly, type Optimization } from './compile-assembly.js';
import { validatePlugin } from './validate-plugin.js';

/** How to build a plugin project. */
export interface BuildPluginOptions {
  /** Folder of the project. @default the current folder */
  readonly directory?: string;
  /** Entry file, relative to it. @default 'assembly/index.ts' */
  readonly entry?: string;
  /** Where the module goes, relative to it. @default 'build/<name of the folder>.wasm' */
  readonly outFile?: string;
  /** What to optimise for. @default 'speed' */
  readonly optimize?: Optimization;
  /** Writes a source map beside the module. @default false */
  readonly sourceMap?: boolean;
  /** Further flags of the AssemblyScript compiler, such as `--enable simd`. */
  readonly flags?: readonly string[];
}

/** What a build gave. */
export interface BuildResult {
  /** Absolute path of the module. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly metadata: PluginMetadata;
  /** Size of the module, in bytes. */
  readonly size: number;
  /** Its size compressed with gzip, in bytes. */
  readonly gzipSize: number;
  readonly warnings: readonly Diagnostic[];
}

/**
 * Builds an AssemblyScript plugin project: compiles, checks, and writes `build/<folder>.wasm`.
 *
 * Nothing is written unless a host would load the result.
 *
 * @throws {BuildError} With the file, the line and the cure.
 */
export async function buildPlugin(options: BuildPluginOptions = {}): Promise<BuildResult> {
  const directory = resolve(options.directory ?? '.');
  const entry = options.entry ?? 'assembly/index.ts';
  await access(join(directory, entry)).catch((cause: unknown) => {
    throw new BuildError(
      'BUILD_NO_PROJECT',
      `Cannot build "${directory}": it has no ${entry}; write the plugin there, or name its file`,
      [],
      { cause },
    );
  });
  const { bytes, sourceMap, warnings } = await compileAssembly({
    directory,
    entry,
    optimize: options.optimize ?? 'speed',
    sourceMap: options.sourceMap ?? false,
    flags: options.flags ?? [],
  });
  const report = validatePlugin(bytes);
  if (!report.ok) {
    throw new BuildError(
      'BUILD_INVALID_PLUGIN',
      `Cannot build ${entry}: ${report.problems.map(({ message }) => message).join('; ')}`,
      report.problems.map(({ message }) => ({ file: entry, line: 0, message })),
    );
  }
  const path = resolve(directory, options.outFile ?? `build/${basename(directory)}.wasm`);
  await mkdir(resolve(path, '..'), { recursive: true });
  await writeFile(path, bytes);
  if (sourceMap !== undefined) await writeFile(`${path}.map`, sourceMap);
  return {
    path,
    bytes,
    metadata: report.metadata,
    size: bytes.length,
    gzipSize: gzipSync(bytes).length,
    warnings,
  };
}
