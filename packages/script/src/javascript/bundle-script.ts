import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, resolve } from 'node:path';

import { build as bundle, type BuildFailure, type Message, type Plugin } from 'esbuild-wasm';

import type { ScriptSource } from '../language.js';
import { MAX_SCRIPT_BYTES } from '../limits.js';
import { describePlace, ScriptError, scriptError, type ScriptProblem } from '../script-error.js';
import { AUTHOR_API } from './author-api.js';
import type { SourceMap } from './places.js';

/** A script and what it imports, as one module. */
export interface Bundle {
  readonly code: string;
  readonly map: SourceMap;
  /** Absolute paths of everything in it. */
  readonly inputs: readonly string[];
  /** The name of the script in messages. */
  readonly file: string;
  readonly warnings: readonly string[];
}

const PACKAGE = '@testbench/script';
const OWN = 'testbench-own';

/**
 * Bundles a script with esbuild.
 *
 * @throws {ScriptError} `SCRIPT_COMPILE_FAILED`, with every mistake and its place.
 */
export async function bundleScript({ path, text }: ScriptSource): Promise<Bundle> {
  const folder = dirname(path);
  const file = basename(path);
  try {
    const result = await bundle({
      ...(text === undefined
        ? { entryPoints: [path] }
        : {
            stdin: { contents: text, resolveDir: folder, sourcefile: file, loader: 'ts' as const },
          }),
      absWorkingDir: folder,
      outfile: resolve(folder, 'script.js'),
      write: false,
      bundle: true,
      format: 'esm',
      platform: 'neutral',
      mainFields: ['module', 'main'],
      conditions: ['module', 'import', 'default'],
      // Features that the engine has; classes keep their names for messages.
      target: 'es2023',
      minifyWhitespace: true,
      keepNames: false,
      legalComments: 'none',
      charset: 'utf8',
      sourcemap: 'external',
      sourcesContent: false,
      loader: { '.txt': 'text', '.md': 'text', '.csv': 'text', '.json': 'json' },
      metafile: true,
      logLevel: 'silent',
      plugins: [ownModules()],
    });
    const [map, code] = result.outputFiles.toSorted((a, b) => b.path.length - a.path.length);
    if (code!.contents.length > MAX_SCRIPT_BYTES) {
      throw new ScriptError(
        'SCRIPT_COMPILE_FAILED',
        `Cannot build ${JSON.stringify(file)}: ${code!.contents.length} bytes with what it imports, limit is ${MAX_SCRIPT_BYTES}`,
      );
    }
    const inputs = Object.keys(result.metafile.inputs)
      .filter((input) => !input.startsWith(`${OWN}:`) && input !== '<stdin>')
      .map((input) => resolve(folder, input))
      .filter((input) => text === undefined || input !== path);
    return {
      code: code!.text,
      map: JSON.parse(map!.text) as SourceMap,
      inputs,
      file,
      warnings: result.warnings.map((message) => describe(problemOf(message, file))),
    };
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    throw scriptError(
      'SCRIPT_COMPILE_FAILED',
      file,
      error.errors.map((message) => problemOf(message, file)),
    );
  }
}

/** Imports of this package work in scripts without installing it, and do not include the build. */
function ownModules(): Plugin {
  return {
    name: OWN,
    setup(build) {
      build.onResolve({ filter: /^@testbench\/script$/ }, () => ({
        path: PACKAGE,
        namespace: OWN,
      }));
      build.onLoad({ filter: /.*/, namespace: OWN }, () => ({
        contents: AUTHOR_API,
        loader: 'js',
      }));
      build.onResolve({ filter: /.*/ }, ({ path, resolveDir }) => {
        if (!isBuiltin(path)) return undefined;
        // A package of that name may be installed, such as "events" or "buffer".
        if (!path.startsWith('node:') && hasPackage(path, resolveDir)) return undefined;
        return {
          errors: [
            {
              text: `Cannot import "${path}": scripts have no Node; take a package that needs none`,
            },
          ],
        };
      });
    },
  };
}

function hasPackage(name: string, from: string): boolean {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(resolve(folder, 'node_modules', name.split('/')[0]!))) return true;
    if (folder === dirname(folder)) return false;
  }
}

function isBuildFailure(error: unknown): error is BuildFailure {
  return error instanceof Error && Array.isArray((error as Partial<BuildFailure>).errors);
}

function problemOf({ text, location, notes }: Message, file: string): ScriptProblem {
  const note = notes.length === 0 ? '' : ` (${notes.map((one) => one.text).join(' ')})`;
  const hint = text.startsWith('Could not resolve') && note !== '' ? '' : note;
  const missing = /^Could not resolve "([^."/][^"]*)"/.exec(text)?.[1];
  const cure = missing === undefined ? hint : `; run \`npm install ${missing}\``;
  return {
    file: location?.file === '<stdin>' ? file : (location?.file ?? file),
    line: location?.line ?? 0,
    column: location === null ? 0 : location.column + 1,
    message: text + cure,
    ...(location?.lineText === undefined ? {} : { excerpt: location.lineText }),
  };
}

function describe(problem: ScriptProblem): string {
  return `${describePlace(problem)}${problem.message}`;
}
