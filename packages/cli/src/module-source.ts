import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import type { CliIo } from './cli-io.js';
import { isFile } from './is-file.js';
import { isModulePath } from './is-module-path.js';
import type { ProjectFlags } from './plugin-project.js';

/** The module that a command line names. */
export interface ModuleSource {
  /** Its path, as it is on the command line or absolute; or its bytes, if it comes from a registry. */
  readonly source: string | Uint8Array;
  /** True if there are trust rules and no trusted signer: it must run in a separate process. */
  readonly isUnsigned: boolean;
}

/**
 * Finds the module named on a command line: a path, a name with or without a range, or `oci://…`. A script is compiled to a module.
 *
 * @throws As `findPlugins`, and as the compiler of scripts.
 */
export async function findModule(
  io: CliIo,
  flags: ProjectFlags,
  text: string,
): Promise<ModuleSource> {
  if (!isModulePath(text)) {
    const { findPlugins } = await import('./plugin-finder.js');
    const { find, modules, isUnsigned } = await findPlugins(io, flags, [text], 'look');
    const fetched = modules.get(text);
    // Nothing is cached in a folder that cannot be written to.
    if (fetched !== undefined) {
      return { source: existsSync(fetched.path) ? fetched.path : fetched.bytes, isUnsigned };
    }
    const found = await find(text);
    if (found !== undefined) return { source: found, isUnsigned };
    const shipped = await findShipped(io, text);
    if (shipped !== undefined) return { source: shipped, isUnsigned: false };
  }
  const { modulePath } = await import('./script-modules.js');
  return { source: await modulePath(io, text), isUnsigned: false };
}

/** A plugin of the package that is installed for this folder, or else with the bench; undefined for a path, and for a file that has the same name. */
async function findShipped(io: CliIo, text: string): Promise<string | undefined> {
  if (!/^[a-z0-9-]+(?:@[^/\\:]+)?$/.test(text)) return undefined;
  if (isFile(resolve(io.cwd, text))) return undefined;
  const [{ findPluginsDir, PluginLocator }, { scriptCompiler }] = await Promise.all([
    import('@testbench/bench'),
    import('./script-modules.js'),
  ]);
  const folder = findPluginsDir(io.cwd);
  const locator = new PluginLocator(folder, { compileScript: scriptCompiler(io) });
  return (await locator.locate(text, 'plugin')).path;
}

/** The same as bytes. @throws {LoadError} As `readModuleFile`. */
export async function readModule(
  io: CliIo,
  flags: ProjectFlags,
  text: string,
): Promise<Uint8Array> {
  return await readSource((await findModule(io, flags, text)).source);
}

/** The bytes of a source. @throws {LoadError} As `readModuleFile`. */
export async function readSource(source: string | Uint8Array): Promise<Uint8Array> {
  if (typeof source !== 'string') return source;
  const { readModuleFile } = await import('@testbench/core/module-file');
  return await readModuleFile(source);
}
