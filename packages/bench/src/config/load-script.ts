import { stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describeFileError } from '@testbench/core/files';
import { ConfigError, PluginError } from '@testbench/types/errors';

import { BenchError } from '../errors.js';

const SCRIPTS: ReadonlySet<string> = new Set(['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']);

/** Loads a script that this version of Node may be unable to read, such as one in TypeScript. */
export interface ScriptLoader {
  readonly specificationVersion: 'v1';
  /**
   * Runs a script.
   *
   * @param path Absolute.
   * @returns Its exports.
   */
  load(path: string): Promise<Readonly<Record<string, unknown>>>;
}

/** True if a configuration is a script. */
export function isScript(path: string): boolean {
  return SCRIPTS.has(extname(path).toLowerCase());
}

/**
 * Runs a configuration that is a script: its default export, or its result if it is a function.
 *
 * @param loader For TypeScript. @default Node itself, where it strips types (22.18 and later)
 * @throws {BenchError} `BENCH_CONFIG_UNREADABLE`.
 * @throws {ConfigError} `CONFIG_INVALID`: it throws, or has no default export.
 */
export async function loadScript(path: string, loader: ScriptLoader | undefined): Promise<unknown> {
  const file = resolve(path);
  const invalid = (state: string, cause?: unknown): ConfigError =>
    new ConfigError(
      'CONFIG_INVALID',
      '',
      `Cannot read configuration ${JSON.stringify(path)}: ${state}`,
      { cause, file: path },
    );
  const mtimeMs = await modifiedAt(path);
  const isTyped = /ts$/i.test(extname(path));
  let found: unknown;
  try {
    found = await unlessIdle(async () => {
      const exported =
        isTyped && loader !== undefined ? await loader.load(file) : await importFile(file, mtimeMs);
      const { default: given } = exported;
      return await (typeof given === 'function' ? (given as () => unknown)() : given);
    });
  } catch (cause) {
    if (PluginError.is(cause)) throw cause;
    const { code } = (cause ?? {}) as NodeJS.ErrnoException;
    if (code === 'ERR_UNKNOWN_FILE_EXTENSION') {
      throw invalid(
        'this Node cannot read TypeScript by itself; use Node 22.18 or later, the command "testbench", or JavaScript',
        cause,
      );
    }
    throw invalid(`it throws: ${messageOf(cause)}`, cause);
  }
  if (found === undefined)
    throw invalid('it has no default export, as in "export default defineConfig({ … })"');
  return found;
}

/** Rejects once the process has nothing left to do while `action` still waits: Node would exit silently. */
async function unlessIdle(action: () => Promise<unknown>): Promise<unknown> {
  let giveUp = (): void => {};
  const idle = new Promise<never>((_, reject) => {
    giveUp = () => reject(new Error('it waits for a promise that nothing settles'));
  });
  process.once('beforeExit', giveUp);
  try {
    return await Promise.race([action(), idle]);
  } finally {
    process.off('beforeExit', giveUp);
  }
}

/** On one line; any value may be thrown. */
function messageOf(thrown: unknown): string {
  const { message = thrown } = (thrown ?? {}) as Partial<Error>;
  return String(message).replaceAll(/\s+/g, ' ');
}

/** A changed file is a new module, so that a long-running program sees the change. */
async function importFile(
  file: string,
  mtimeMs: number,
): Promise<Readonly<Record<string, unknown>>> {
  const url = pathToFileURL(file);
  url.searchParams.set('changed', String(mtimeMs));
  return (await import(url.href)) as Readonly<Record<string, unknown>>;
}

async function modifiedAt(path: string): Promise<number> {
  try {
    return (await stat(path)).mtimeMs;
  } catch (cause) {
    const state = describeFileError(cause);
    if (state === undefined) throw cause;
    const message = `Cannot read configuration ${JSON.stringify(path)}: ${state}`;
    throw new BenchError('BENCH_CONFIG_UNREADABLE', message, { cause, file: path });
  }
}
