import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { type OptionReaders, readOptions } from '@testbench/types/config';

import { type BuildScriptOptions, openScript } from './build-script.js';
import { ScriptError } from './script-error.js';

/** Where compiled scripts are kept. */
export interface ScriptCompilerOptions {
  /** Folder of the modules, by the digest of their sources; for one user only. @default `testbench/scripts` in the user's cache folder */
  readonly cacheDir?: string;
  /** Called with messages that scripts log while they are built. @default dropped */
  readonly onWarning?: (message: string) => void;
  /** Called with the absolute paths of the files a script was read from, for watching. @default none */
  readonly onRead?: (files: readonly string[]) => void;
}

const OPTIONS: OptionReaders<ScriptCompilerOptions> = {
  cacheDir: (node) => node.text(),
  onWarning: (node) => node.callback(),
  onRead: (node) => node.callback(),
};

/** The eight bytes that every module starts with. */
const HEADER = Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/**
 * Compiles scripts to modules when they are used, and keeps them: the same script with the same dependencies is compiled once.
 *
 * @returns A function that returns the path of a script's module. It throws {@link ScriptError} as `buildScript` does, and `SCRIPT_FILE_FAILED` if the module
 *   cannot be kept.
 * @throws {ConfigError} For an unknown key or a wrong value among the options.
 *
 * @example
 * ```ts no-run
 * import { runBenchmark } from '@testbench/bench';
 * import { createScriptCompiler } from '@testbench/script';
 *
 * await runBenchmark(
 *   {
 *     name: 'short',
 *     dataset: { path: 'questions.csv' },
 *     provider: { plugin: 'echo', models: ['a'] },
 *     evaluators: [{ script: './metric.ts' }, { inline: 'output.length < 200' }],
 *   },
 *   { compileScript: createScriptCompiler() },
 * );
 * ```
 */
export function createScriptCompiler(
  given?: ScriptCompilerOptions,
): (script: BuildScriptOptions) => Promise<string> {
  const {
    cacheDir = defaultCacheDir(),
    onWarning,
    onRead,
  } = readOptions<ScriptCompilerOptions>(given, OPTIONS);
  const folder = resolve(cacheDir);
  return async (script) => {
    const opened = await openScript(script);
    onRead?.(opened.inputs);
    const path = join(folder, `${opened.key}.wasm`);
    if (await isKept(path)) return path;
    const { bytes, warnings } = await opened.compile();
    for (const warning of [...opened.warnings, ...warnings]) onWarning?.(warning);
    await keep(folder, path, bytes);
    return path;
  };
}

async function isKept(path: string): Promise<boolean> {
  try {
    const kept = await readFile(path);
    return kept.length > HEADER.length && kept.subarray(0, HEADER.length).equals(HEADER);
  } catch {
    return false;
  }
}

/** Moved into place as a whole, so that it is never read half-written. */
async function keep(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    // Readable and writable only by this user.
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(temporary, bytes, { mode: 0o600, flag: 'wx' });
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new ScriptError(
      'SCRIPT_FILE_FAILED',
      `Cannot keep a script's module in ${JSON.stringify(folder)}: ${(cause as Error).message}`,
      [],
      { cause },
    );
  }
}

function defaultCacheDir(): string {
  const base = process.env['XDG_CACHE_HOME'];
  const caches = base === undefined || base === '' ? join(homedir(), '.cache') : base;
  return join(caches, 'testbench', 'scripts');
}
