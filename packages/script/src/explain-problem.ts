import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';

import { nearestKey, suggestName } from '@testbench/types/config';

import { ScriptError, scriptError, type ScriptProblem } from './script-error.js';

/** Functions that make a script a plugin. */
const ENTRIES = ['evaluate', 'aggregate', 'transform', 'filter', 'keep', 'complete', 'run'];
/** Python modules that metrics use: those in `docs/python.md`. */
const PYTHON_MODULES = (
  'abc array ast base64 bisect calendar cmath collections contextlib copy csv dataclasses datetime decimal difflib enum fractions ' +
  'functools hashlib heapq html io itertools json keyword logging math numbers operator os pathlib pprint queue random re reprlib ' +
  'secrets statistics string struct sys testbench textwrap time traceback types typing unicodedata urllib uuid warnings weakref zlib'
).split(' ');

/** The files that an error is about. */
interface ScriptFiles {
  /** The script; for a text, a file that need not exist. */
  readonly path: string;
  /** The script itself, if it is not in that file. */
  readonly text?: string | undefined;
  /** Absolute paths of everything in it, as far as known. */
  readonly inputs: readonly string[];
}

/** The same error with the source lines of its mistakes, and with the name that was most likely meant by an unknown one. */
export function explainScriptError(error: unknown, files: ScriptFiles): unknown {
  if (!(error instanceof ScriptError) || error.problems.length === 0) return error;
  const inputs = files.inputs.map(read);
  const problems = error.problems.map((problem) => explain(problem, files, inputs));
  return scriptError(error.code, basename(files.path), problems, error.cause);
}

function explain(
  problem: ScriptProblem,
  files: ScriptFiles,
  inputs: readonly (string | undefined)[],
): ScriptProblem {
  const text = textOf(problem.file, files);
  const { path } = files;
  const placed = placeOfEntry(problem, text) ?? problem;
  const excerpt = placed.excerpt ?? text?.split('\n')[placed.line - 1]?.replace(/\r$/, '');
  const named = filesNamedIn(placed.message, dirname(path)).map(read);
  const texts = [text, ...inputs, ...named].filter((one) => one !== undefined);
  return {
    ...placed,
    ...(excerpt === undefined ? {} : { excerpt }),
    message: placed.message + suggest(placed.message, path, texts),
  };
}

function suggest(message: string, path: string, texts: readonly string[]): string {
  const near = nearFile(message, path) ?? nearModule(message);
  return near === undefined ? suggestName(message, texts) : `, did you mean "${near}"?`;
}

/** A function with nearly the right name in a script: its place. */
function placeOfEntry(problem: ScriptProblem, text: string | undefined): ScriptProblem | undefined {
  if (text === undefined || !/(?:exports|defines) no function/.test(problem.message))
    return undefined;
  for (const [index, excerpt] of text.split('\n').entries()) {
    const match =
      /^(?:export\s+(?:async\s+)?(?:function|const|let)\s+|(?:async\s+)?def\s+)(\w+)/.exec(excerpt);
    const name = match?.[1];
    const meant = name === undefined ? undefined : nearestKey(name, ENTRIES);
    if (match === null || name === undefined || meant === undefined) continue;
    const message = `${problem.message}; by "${name}", did you mean "${meant}"?`;
    const column = match[0].length - name.length + 1;
    return { ...problem, line: index + 1, column, excerpt, message };
  }
  return undefined;
}

/** A file similar to the one that an import names. */
function nearFile(message: string, path: string): string | undefined {
  const wanted = /^Could not resolve "(\.[^"]*)"/.exec(message)?.[1];
  if (wanted === undefined) return undefined;
  try {
    const near = nearestKey(basename(wanted), readdirSync(resolve(dirname(path), dirname(wanted))));
    return near === undefined ? undefined : `${wanted.slice(0, -basename(wanted).length)}${near}`;
  } catch {
    return undefined;
  }
}

function nearModule(message: string): string | undefined {
  const name = /No module named '([^'.]+)'/.exec(message)?.[1];
  return name === undefined ? undefined : nearestKey(name, PYTHON_MODULES);
}

/** Files that a message quotes, such as one that lacks an export. */
function filesNamedIn(message: string, folder: string): string[] {
  const name = /^No matching export in "([^"]+)"/.exec(message)?.[1];
  return name === undefined ? [] : [resolve(folder, name)];
}

function textOf(file: string, { path, text }: ScriptFiles): string | undefined {
  const wanted = resolve(dirname(path), file);
  return text !== undefined && wanted === path ? text : read(wanted);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
