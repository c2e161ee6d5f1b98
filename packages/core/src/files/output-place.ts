import { fstatSync, type Stats } from 'node:fs';
import { access, constants, lstat, readlink, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { describeFileError } from '@testbench/manager/files';
import { type OptionReaders, readOptions } from '@testbench/types/config';

import { OutputError } from './output-error.js';

/** A file that the work reads, and that its results must not replace. */
export interface OutputInput {
  readonly path: string;
  /** What it is, with its article: `the data set`. */
  readonly what: string;
}

/** Checks made before a file is written. */
export interface OutputOptions {
  /** Files that the work reads. @default none */
  readonly inputs?: readonly OutputInput[];
  /** True if missing folders are made. @default false */
  readonly makeFolder?: boolean;
}

/** Readers of {@link OutputOptions}. */
export const OUTPUT_OPTIONS: OptionReaders<OutputOptions> = {
  inputs: (inputs) =>
    inputs
      .list()
      .map((input) =>
        readOptions<OutputInput>(
          input.value,
          { path: (node) => node.text(), what: (node) => node.text() },
          input.path,
          ['path', 'what'],
        ),
      ),
  makeFolder: (node) => node.boolean(),
};

/** Where an output goes. */
export interface OutputPlace {
  /** The requested path; messages name it. */
  readonly path: string;
  /** The path after following links. */
  readonly target: string;
  /**
   * `replace`: a regular file, or nothing yet, so that a whole file is moved into its place. `write`: a pipe, a terminal or another
   * device, which must stay what it is. A number: the descriptor of our own output, whose position others share.
   */
  readonly way: 'replace' | 'write' | 1 | 2;
  /** Mode of the existing file. */
  readonly mode: number | undefined;
}

/** Linux, too, treats more links as a loop. */
const MAX_LINKS = 40;

/**
 * Determines whether and how a file can be written; nothing is changed.
 *
 * @throws {OutputError} `OUTPUT_IS_INPUT` if it is one of the inputs, under any name or link; `OUTPUT_UNWRITABLE`.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 */
export async function findOutputPlace(path: string, options?: OutputOptions): Promise<OutputPlace> {
  const { inputs = [], makeFolder = false } = readOptions<OutputOptions>(options, OUTPUT_OPTIONS);
  const refuse = (state: string): never => {
    throw new OutputError('OUTPUT_UNWRITABLE', path, state);
  };
  if (path === '') refuse('its name is empty');
  try {
    const target = await followLinks(resolve(path));
    const found = await statOf(target);
    await checkInputs(path, target, found, inputs);
    if (found === undefined) {
      await checkFolder(dirname(target), makeFolder, refuse);
      return { path, target, way: 'replace', mode: undefined };
    }
    if (found.isDirectory()) refuse('it is a directory');
    // Before the next line: a program that starts this one, such as Node, may give it a socket as its output.
    const own = ([1, 2] as const).find((descriptor) => isSameFile(found, ownStats(descriptor)));
    if (own !== undefined) return { path, target, way: own, mode: undefined };
    if (found.isSocket()) refuse('it is a socket');
    await access(target, constants.W_OK);
    if (!found.isFile()) return { path, target, way: 'write', mode: undefined };
    await checkFolder(dirname(target), false, refuse);
    return { path, target, way: 'replace', mode: found.mode & 0o7777 };
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    throw new OutputError('OUTPUT_UNWRITABLE', path, state, { cause });
  }
}

/** Follows links of the last path segment; the system follows those before it. */
async function followLinks(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const found = await lstat(target).catch(ignoreMissing);
    if (found?.isSymbolicLink() !== true) return target;
    const next = resolve(dirname(target), await readlink(target));
    // Links in /proc may have a text that is not a path, such as `pipe:[123]`, and still lead somewhere.
    if (isProcess(target)) return target;
    target = next;
  }
  return target;
}

function isProcess(path: string): boolean {
  return path.startsWith('/proc/');
}

async function statOf(path: string): Promise<Stats | undefined> {
  return await stat(path).catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
  throw error;
}

/** The nearest existing folder must be writable. */
async function checkFolder(
  folder: string,
  makeFolder: boolean,
  refuse: (state: string) => never,
): Promise<void> {
  for (let nearest = folder; ; nearest = dirname(nearest)) {
    const found = await statOf(nearest);
    if (found === undefined) {
      if (!makeFolder) refuse(`there is no folder ${JSON.stringify(nearest)}`);
      if (nearest !== dirname(nearest)) continue;
    }
    if (found?.isDirectory() !== true) refuse(`${JSON.stringify(nearest)} is not a folder`);
    await access(nearest, constants.W_OK | constants.X_OK);
    return;
  }
}

/** Compares existing files by device and number, since a name may be a link, or differ in case; compares others by name. */
async function checkInputs(
  path: string,
  target: string,
  found: Stats | undefined,
  inputs: readonly OutputInput[],
): Promise<void> {
  if (found?.isFile() === false) return;
  for (const input of inputs) {
    const other = await stat(input.path).catch(() => undefined);
    const isInput =
      found === undefined || other === undefined
        ? target === resolve(input.path)
        : isSameFile(found, other);
    if (!isInput) continue;
    throw new OutputError('OUTPUT_IS_INPUT', path, `it is ${input.what}, which must stay`);
  }
}

function isSameFile(one: Stats, other: Stats | undefined): boolean {
  return other !== undefined && one.dev === other.dev && one.ino === other.ino;
}

function ownStats(descriptor: 1 | 2): Stats | undefined {
  try {
    return fstatSync(descriptor);
  } catch {
    // Closed.
    return undefined;
  }
}
