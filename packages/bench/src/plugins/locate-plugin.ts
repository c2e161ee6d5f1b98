import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { digestOf, readModuleFile } from '@testbench/core/files';
import { nearestKey, type OptionReaders, readOptions } from '@testbench/types/config';
import { ConfigError, PluginError } from '@testbench/types/errors';
import { satisfies, validRange } from 'semver';

import { parseScript, type ScriptReference } from '../config/script-reference.js';
import { isStoreReference, parsePluginName, type PluginName } from '../config/plugin-name.js';
import { type PluginManifest, readPluginManifest, type ManifestEntry } from './plugin-manifest.js';

const PACKAGE = '@testbench/plugins';

/**
 * Builds a plugin from a script.
 *
 * @returns Path of the module's file.
 */
export type CompileScript = (script: ScriptReference) => Promise<string>;

/**
 * Finds a plugin by name, for example in a lockfile: `exact-match`, `team/exact-match@^1.2`, `oci://…`. Called before the installed package is searched.
 *
 * @returns Path of the module's file; undefined if it does not know the name.
 */
export type FindPlugin = (reference: string) => Promise<string | undefined>;

/** How a {@link PluginLocator} finds plugins that are not in its folder. */
export interface LocateOptions {
  /** Builds plugins from scripts. @default they are refused */
  readonly compileScript?: CompileScript | undefined;
  /** Finds named plugins. @default only those of the package */
  readonly findPlugin?: FindPlugin | undefined;
}

const LOCATE_OPTIONS: OptionReaders<LocateOptions> = {
  compileScript: (node) => node.callback(),
  findPlugin: (node) => node.callback(),
};

/** The location of a plugin of a configuration. */
export interface PluginLocation {
  /** Path of the module's file; for a plugin from a store, its reference. */
  readonly path: string;
  /** `sha256:` and the hex digest stated by the package, which has been checked; absent for a plugin by path. */
  readonly digest?: string;
}

/**
 * Finds the folder of an installed `@testbench/plugins`.
 *
 * @param from A file or folder; the package is resolved as Node resolves an import there.
 * @returns The folder with the manifest, or undefined if there is none.
 */
export function findPluginsDir(from: string): string | undefined {
  try {
    // No code of the package is run: only its data is read.
    return join(dirname(createRequire(join(from, 'index.js')).resolve(PACKAGE)), '..', 'build');
  } catch {
    return undefined;
  }
}

/** Finds the modules of plugins by name, in one installed package. */
export class PluginLocator {
  #manifest: Promise<PluginManifest> | undefined;
  readonly #folder: string | undefined;
  readonly #compile: CompileScript | undefined;
  readonly #find: FindPlugin | undefined;

  /**
   * @param folder With `manifest.json` and the modules. @default that of the package installed next to this one
   * @throws {ConfigError} For an unknown key or a wrong value among the options.
   */
  constructor(
    folder: string | undefined = findPluginsDir(import.meta.dirname),
    locating?: LocateOptions,
  ) {
    const { compileScript, findPlugin } = readOptions<LocateOptions>(locating, LOCATE_OPTIONS);
    this.#folder = folder;
    this.#compile = compileScript;
    this.#find = findPlugin;
  }

  /**
   * Finds a plugin. A path or a reference to a store is returned unchanged.
   *
   * @param reference As in a configuration after reading: an absolute path, or a name with or without a range.
   * @param place Its path in the configuration, for errors.
   * @param config The plugin's configuration: it gives the language for a plugin that runs code.
   * @throws {ConfigError} `CONFIG_INVALID`: no such plugin, no such version, or a damaged package.
   */
  async locate(
    reference: string,
    place: string,
    config: Readonly<Record<string, unknown>> = {},
  ): Promise<PluginLocation> {
    const script = parseScript(reference);
    if (script !== undefined) return { path: await this.#compiled(script, place) };
    const wanted = parsePluginName(reference);
    const isStored = isStoreReference(reference);
    if (wanted !== undefined || isStored) {
      const found = await this.#find?.(reference);
      if (found !== undefined) return { path: found };
    }
    const refuse = (state: string, cause?: unknown): ConfigError =>
      new ConfigError(
        'CONFIG_INVALID',
        place,
        `Cannot find the plugin ${JSON.stringify(reference)}: ${state}`,
        { cause },
      );
    if (wanted === undefined || isStored) {
      // The host's store resolves ranges, tags and digests.
      if (!isStored || /[@:]/.test(reference)) return { path: reference };
      throw refuse(
        `nothing here knows it; install it into the project, or give the path of a file, as in "./${reference}.wasm"`,
      );
    }
    const folder = this.#folder;
    if (folder === undefined) {
      throw refuse(
        `the package ${PACKAGE} is not installed; run npm install ${PACKAGE}, or give the path of a file, as in "./${wanted.name}.wasm"`,
      );
    }
    let manifest: PluginManifest;
    try {
      manifest = await (this.#manifest ??= readPluginManifest(join(folder, 'manifest.json')));
    } catch (cause) {
      throw refuse(`${(cause as Error).message}; install ${PACKAGE} again`, cause);
    }
    const shipped = manifest.scripts?.find(({ name }) => name === wanted.name);
    if (shipped !== undefined) {
      checkRange(shipped.version, wanted, refuse);
      const { languages } = shipped;
      const given = config['language'];
      const language = languages.find((one) => one === (given ?? languages[0]));
      if (language === undefined) {
        throw refuse(
          `its "language" is ${JSON.stringify(given)}, expected ${languages.join(' or ')}`,
        );
      }
      const source = { path: folder, shipped: wanted.name, language };
      return { path: await this.#compiled(source, place) };
    }
    const entry = choose(manifest, wanted, refuse);
    const path = join(folder, entry.file);
    const digest = digestOf(await readModule(path, refuse));
    if (digest !== entry.digest) {
      throw refuse(
        `its module ${JSON.stringify(path)} is not the one of the manifest; install ${PACKAGE} again`,
      );
    }
    return { path, digest };
  }

  async #compiled(script: ScriptReference, place: string): Promise<string> {
    const refuse = (state: string, cause?: unknown): ConfigError =>
      new ConfigError('CONFIG_INVALID', place, `Cannot use the script "${place}": ${state}`, {
        cause,
      });
    if (this.#compile === undefined) {
      throw refuse(
        'nothing here compiles scripts; give the run a "compileScript", as createScriptCompiler() of @testbench/script',
      );
    }
    try {
      return await this.#compile(script);
    } catch (cause) {
      if (!PluginError.is(cause)) throw cause;
      throw refuse(cause.message, cause);
    }
  }
}

type Refuse = (state: string, cause?: unknown) => ConfigError;

function choose(
  { plugins, scripts = [] }: PluginManifest,
  wanted: PluginName,
  refuse: Refuse,
): ManifestEntry {
  const entry = plugins.find(({ name }) => name === wanted.name);
  if (entry === undefined) {
    const names = [...plugins, ...scripts].map(({ name }) => name);
    const near = nearestKey(wanted.name, names);
    const hint =
      near === undefined ? `; there are: ${names.join(', ')}` : `, did you mean "${near}"?`;
    throw refuse(`${PACKAGE} has none of this name${hint}`);
  }
  checkRange(entry.version, wanted, refuse);
  return entry;
}

function checkRange(version: string, { range }: PluginName, refuse: Refuse): void {
  if (range === undefined) return;
  if (validRange(range) === null) throw refuse(`"${range}" is no range of versions, such as ^0.1`);
  if (!satisfies(version, range)) {
    throw refuse(`the installed version is ${version}; install another version of ${PACKAGE}`);
  }
}

async function readModule(path: string, refuse: Refuse): Promise<Uint8Array> {
  try {
    return await readModuleFile(path);
  } catch (cause) {
    throw refuse(`${(cause as Error).message}; install ${PACKAGE} again`, cause);
  }
}
