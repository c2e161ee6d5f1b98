import { existsSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import type { PluginAnalytics } from '@testbench/bench/analytics';
import { digestOf } from '@testbench/core/files';
import { PluginCatalogue, readCatalogueEntry } from '@testbench/registry/catalogue';
import { listInstalled, LOCKFILE_NAME } from '@testbench/registry/install';
import { MAX_MODULE_BYTES, type PluginMetadata } from '@testbench/types';
import { PluginError } from '@testbench/types/errors';

import { readAnalytics } from '../analytics/read-analytics.js';
import { MAX_GALLERY_MODULES } from '../limits.js';
import type { Project } from '../project/project.js';

/** A plugin of the gallery. Its texts come from its author and are unverified. */
export interface GalleryPlugin {
  /** `installed` by the lockfile, a `file` of the project, or from the `catalogue` of installable plugins. */
  readonly source: 'installed' | 'file' | 'catalogue' | 'registry';
  readonly name: string;
  readonly version: string;
  readonly type?: string;
  readonly description?: string;
  readonly author?: string;
  readonly license?: string;
  readonly capabilities: readonly string[];
  readonly permissions: PluginMetadata['permissions'];
  /** Size of the module. */
  readonly bytes?: number;
  /** Digest of the module, or else of its manifest. */
  readonly digest: string;
  /** The project's name for the registry. */
  readonly registry?: string;
  /** Path in the project. */
  readonly path?: string;
  /** Ids of the signers that vouched for it when it was installed. */
  readonly signers?: readonly string[];
  /** From the stored runs of the project. */
  readonly calls?: number;
  readonly fuelPerCall?: number;
}

/** Installed plugins, plugin files of the project, and the plugins of its catalogue; no network is used. */
export async function readGallery(
  project: Project,
  signal: AbortSignal,
): Promise<{ readonly plugins: GalleryPlugin[]; readonly problems: string[] }> {
  const problems: string[] = [];
  const { runs, modules } = await project.scan(signal);
  const analytics = await readAnalytics(runs, signal);
  const used = new Map(analytics.plugins.map((plugin) => [plugin.digest, plugin]));
  const installed = await attempt(problems, () => readInstalled(project.folder));
  const files = await attempt(problems, () => readFiles(project, modules, signal));
  const listed = await attempt(problems, () => readCatalogue(project.folder, signal));
  const known = new Set(installed.map(({ name, version }) => JSON.stringify([name, version])));
  const offered = listed.filter(({ name, version }) => !known.has(JSON.stringify([name, version])));
  const plugins = [...installed, ...files, ...offered];
  return { plugins: plugins.map((plugin) => withUse(plugin, used)), problems };
}

function withUse(plugin: GalleryPlugin, used: ReadonlyMap<string, PluginAnalytics>): GalleryPlugin {
  const found = used.get(plugin.digest);
  if (found === undefined) return plugin;
  const { calls, fuelUsed } = found;
  return { ...plugin, calls, ...(calls > 0 && { fuelPerCall: fuelUsed / calls }) };
}

async function readInstalled(folder: string): Promise<GalleryPlugin[]> {
  // Without a lockfile, nothing is created.
  if (!existsSync(join(folder, LOCKFILE_NAME))) return [];
  const plugins: GalleryPlugin[] = [];
  for (const { name, version, module, registry, signers, permissions, path } of await listInstalled(
    folder,
  )) {
    const read = await readModule(path);
    plugins.push({
      ...(read === undefined ? { capabilities: [] } : describePlugin(read.metadata)),
      ...(read !== undefined && { bytes: read.bytes }),
      source: 'installed',
      name,
      version,
      // The permissions that the project agreed to, not those that the module asks for.
      permissions,
      digest: module,
      registry,
      signers,
    });
  }
  return plugins;
}

async function readFiles(
  project: Project,
  modules: readonly string[],
  signal: AbortSignal,
): Promise<GalleryPlugin[]> {
  const plugins: GalleryPlugin[] = [];
  for (const path of modules.slice(0, MAX_GALLERY_MODULES)) {
    signal.throwIfAborted();
    const read = await readModule(path);
    if (read === undefined) continue;
    const { metadata, bytes, digest } = read;
    const { name, version } = metadata;
    plugins.push({
      ...describePlugin(metadata),
      source: 'file',
      name,
      version,
      bytes,
      digest,
      path: project.nameOf(path),
    });
  }
  return plugins;
}

async function readCatalogue(folder: string, signal: AbortSignal): Promise<GalleryPlugin[]> {
  const place = join(folder, '.testbench', 'catalogue');
  if (!existsSync(place)) return [];
  const catalogue = await PluginCatalogue.open({ folder: place, signal });
  const plugins: GalleryPlugin[] = [];
  for (const entry of catalogue.search({ limit: MAX_GALLERY_MODULES })) {
    const { registry, digest, repository, metadata } = entry;
    plugins.push({
      ...describePlugin(metadata),
      source: 'catalogue',
      name: repository ?? metadata.name,
      version: metadata.version,
      digest,
      registry,
    });
  }
  return plugins;
}

/** Describes a plugin by its metadata. */
export function describePlugin(
  metadata: PluginMetadata,
): Pick<
  GalleryPlugin,
  'type' | 'description' | 'author' | 'license' | 'capabilities' | 'permissions'
> {
  const { pluginType, description, author, license, capabilities, permissions } = metadata;
  return {
    type: pluginType,
    description,
    author,
    capabilities,
    permissions,
    ...(license !== undefined && { license }),
  };
}

/** @returns undefined if it is not a plugin. */
async function readModule(
  path: string,
): Promise<{ metadata: PluginMetadata; bytes: number; digest: string } | undefined> {
  try {
    const found = await stat(path);
    if (!found.isFile() || found.size > MAX_MODULE_BYTES) return undefined;
    const bytes = await readFile(path);
    const digest = digestOf(bytes);
    const { metadata } = readCatalogueEntry(bytes, { registry: 'file', digest });
    return { metadata, bytes: bytes.length, digest };
  } catch (error) {
    if (PluginError.is(error) || (error as NodeJS.ErrnoException).code !== undefined)
      return undefined;
    throw error;
  }
}

/** Failures are reported, and the rest is shown. */
async function attempt(
  problems: string[],
  read: () => Promise<GalleryPlugin[]>,
): Promise<GalleryPlugin[]> {
  try {
    return await read();
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    problems.push(error.message);
    return [];
  }
}
