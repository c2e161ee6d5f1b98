import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { basename, extname, resolve } from 'node:path';

import type { PluginMetadata } from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { explainScriptError } from './explain-problem.js';
import type { ReadScript, ScriptSource } from './language.js';
import { languageNamed, languageOf, SCRIPT_LANGUAGES } from './languages.js';
import { SHIPPED_SCRIPTS } from './run-code.js';
import { ScriptError } from './script-error.js';

/** The script to build. */
export interface BuildScriptOptions {
  /** A file; or, for a text, the folder that its imports are resolved from. */
  readonly path: string;
  /** An expression over `input`, `output`, `expected` and `record` whose value is the score. */
  readonly inline?: string;
  /** Name of a script of this package, such as `run-code`, instead of a file. */
  readonly shipped?: string;
  /** Language of `inline`, or of a script of this package. @default 'javascript'; for `run-code` 'python' */
  readonly language?: string;
}

const OPTIONS: OptionReaders<BuildScriptOptions> = {
  path: (node) => node.text(),
  inline: (node) => node.text(),
  shipped: (node) => node.oneOf(Object.keys(SHIPPED_SCRIPTS)),
  language: (node) => node.oneOf(SCRIPT_LANGUAGES),
};

/** A script as a plugin. */
export interface BuiltScript {
  readonly bytes: Uint8Array;
  readonly metadata: PluginMetadata;
  readonly language: string;
  /** Absolute paths of the files that it was built from. */
  readonly inputs: readonly string[];
  readonly warnings: readonly string[];
}

/** A script that has been read and can be compiled. */
export interface OpenedScript extends ReadScript {
  readonly language: string;
}

/**
 * Reads a script with everything that it imports, and compiles nothing yet.
 *
 * @throws {ScriptError} `SCRIPT_NO_LANGUAGE`, `SCRIPT_FILE_FAILED`, or `SCRIPT_COMPILE_FAILED` with every mistake and its place.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 */
export async function openScript(given: BuildScriptOptions): Promise<OpenedScript> {
  const options = readOptions<BuildScriptOptions>(given, OPTIONS, '', ['path']);
  const { inline, shipped } = options;
  const path = resolve(shipped === undefined ? options.path : shippedPath(shipped, options));
  const language =
    inline === undefined ? languageOf(path) : languageNamed(options.language ?? 'javascript');
  if (inline === undefined && !statSync(path, { throwIfNoEntry: false })?.isFile()) {
    throw new ScriptError(
      'SCRIPT_FILE_FAILED',
      `Cannot build ${JSON.stringify(path)}: no such file`,
    );
  }
  const source: ScriptSource =
    inline === undefined
      ? { path, name: nameOf(path) }
      : {
          path: resolve(path, `inline${language.extensions[0]}`),
          text: language.wrapExpression(inline),
          name: `inline-${createHash('sha256').update(inline).digest('hex').slice(0, 8)}`,
        };
  const { text } = source;
  const explained = async <T>(
    work: () => T | Promise<T>,
    inputs: readonly string[],
  ): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw explainScriptError(error, { path: source.path, text, inputs });
    }
  };
  const read = await explained(() => language.read(source), []);
  const compile = () => explained(() => read.compile(), read.inputs);
  return { language: language.name, ...read, compile };
}

/**
 * Makes a plugin from a script.
 *
 * The same script with the same dependencies gives the same bytes.
 *
 * @throws {ScriptError} With every mistake and its place in the source.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts
 * import { buildScript } from '@testbench/script';
 *
 * const { metadata } = await buildScript({ path: '.', inline: 'output.length < 200' });
 * metadata.pluginType; // => 'evaluator'
 * metadata.metering; // => 'exact'
 * ```
 */
export async function buildScript(options: BuildScriptOptions): Promise<BuiltScript> {
  const script = await openScript(options);
  const { language, inputs, warnings } = script;
  const compiled = await script.compile();
  return { ...compiled, language, inputs, warnings: [...warnings, ...compiled.warnings] };
}

function shippedPath(name: string, { language = 'python' }: BuildScriptOptions): string {
  const path = SHIPPED_SCRIPTS[name]![language];
  if (path !== undefined) return path;
  throw new ScriptError(
    'SCRIPT_NO_LANGUAGE',
    `Cannot build "${name}": there is none for "${language}", expected ${Object.keys(SHIPPED_SCRIPTS[name]!).join(' or ')}`,
  );
}

/** The file's name, changed to one that is valid in metadata. */
function nameOf(path: string): string {
  const name = basename(path, extname(path)).replace(/[^a-zA-Z0-9._-]+|\.{2,}/g, '-');
  return /^[a-zA-Z0-9]/.test(name) ? name : `script-${name.replace(/^[._-]+/, '')}`;
}
