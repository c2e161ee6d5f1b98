/**
 * The metrics, model providers, transforms and filters of Testbench, ready to run, with their digests.
 *
 * It is a separate package so that evaluating needs no compiler, and users of other plugins do not need these.
 *
 * @packageDocumentation
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** One plugin of this package. */
export interface ShippedPlugin {
  /** Name in its metadata, and in a benchmark's configuration. */
  readonly name: string;
  /** Semantic version. */
  readonly version: string;
  /** `evaluator`, `provider`, `transform`, `filter` or `custom`. */
  readonly type: string;
  readonly description: string;
  /** `sha256:` and the hex digest of the module. */
  readonly digest: string;
  /** Absolute path of the module. */
  readonly path: string;
}

/** The same from `src` and from `dist`. */
const FOLDER = new URL('../build/', import.meta.url);

/**
 * Lists the plugins of this package by name, from the manifest `build/manifest.json` that the build made.
 *
 * @example
 * ```ts
 * import { PluginSystem } from '@testbench/core';
 * import { shippedPlugins } from '@testbench/plugins';
 *
 * const exactMatch = shippedPlugins().find(({ name }) => name === 'exact-match')!;
 * await using system = new PluginSystem();
 * const plugin = await system.loadPlugin(exactMatch.path);
 * plugin.info.digest === exactMatch.digest; // => true
 * ```
 */
export function shippedPlugins(): ShippedPlugin[] {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', FOLDER), 'utf8')) as {
    readonly plugins: readonly (Omit<ShippedPlugin, 'path'> & { readonly file: string })[];
  };
  return manifest.plugins.map(({ file, name, version, type, description, digest }) => {
    const path = fileURLToPath(new URL(file, FOLDER));
    return { name, version, type, description, digest, path };
  });
}
