import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { findPluginsDir, PluginLocator } from '@testbench/bench';
import { isPluginName, LOCKFILE_NAME, satisfiesRange } from '@testbench/registry/install';
import { PluginError } from '@testbench/types/errors';
import { type OciReference, parseReference } from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import { isFile } from './is-file.js';
import type { NamedPlugin, ProjectFlags } from './plugin-project.js';
import { LOCAL_STORE, readRegistrySettings, REGISTRIES_FILE } from './registry-settings.js';

/** A reference that can be locked. */
export interface Wanted extends NamedPlugin {
  readonly reference: string;
  /** A tag that is not a version. */
  readonly tag?: string;
  /** A bare name that is not mapped to a registry: the package may have it. */
  readonly mayBeShipped?: true;
}

/** A self-contained reference. */
export interface PinnedReference extends OciReference {
  readonly reference: string;
}

/** Which references concern the lockfile, and which are pinned by their own digest. */
export async function sortReferences(
  io: CliIo,
  flags: ProjectFlags,
  references: readonly string[],
  locked: ReadonlyMap<string, unknown>,
  pluginsDir: string | undefined,
): Promise<{
  readonly wanted: readonly Wanted[];
  readonly byDigest: readonly PinnedReference[];
}> {
  const wanted: Wanted[] = [];
  const byDigest: PinnedReference[] = [];
  // Checks the package without compiling a script.
  const locator = new PluginLocator(pluginsDir ?? findPluginsDir(io.cwd), {
    compileScript: () => Promise.resolve(''),
  });
  const file = { registries: flags.registries };
  const { namespaces } = await readRegistrySettings(io, file);
  for (const reference of new Set(references)) {
    const parsed = reference.startsWith('script:') ? undefined : parseReference(reference);
    if (parsed?.kind === 'oci' && parsed.digest !== undefined) {
      byDigest.push({ ...parsed, reference });
      continue;
    }
    const one = readWanted(reference);
    if (one === undefined) continue;
    if (!locked.has(one.name) && one.registry === undefined) {
      if (isFile(resolve(io.cwd, reference))) continue;
      if (
        isBareName(one, namespaces) &&
        (!isProject(io.cwd) || (await isShipped(locator, reference)))
      )
        continue;
    }
    const mayBeShipped = isBareName(one, namespaces) && !locked.has(one.name);
    wanted.push({ ...one, ...(mayBeShipped && { mayBeShipped }) });
  }
  return { wanted, byDigest };
}

/** Undefined for a path, a script and a digest. */
export function readWanted(reference: string): Wanted | undefined {
  if (reference.startsWith('script:')) return undefined;
  const parsed = parseReference(reference);
  if (parsed.kind === 'path') {
    // A slash and no dot: a file of that name counts as one.
    return isPluginName(reference) && !reference.includes('.')
      ? { reference, name: reference }
      : undefined;
  }
  const { name } = parsed;
  if (parsed.kind === 'name') {
    const { range } = parsed;
    return { reference, name, ...(range !== undefined && { range }) };
  }
  const { host: registry, tag, range = versionOf(tag), digest } = parsed;
  if (digest !== undefined) return undefined;
  return {
    reference,
    name,
    registry,
    ...(range !== undefined && { range }),
    ...(tag !== undefined && range === undefined && { tag }),
  };
}

function isBareName(
  { name, registry }: Wanted,
  namespaces: Readonly<Record<string, string>>,
): boolean {
  return registry === undefined && !name.includes('/') && !Object.hasOwn(namespaces, name);
}

/** A tag that is a version. */
function versionOf(tag: string | undefined): string | undefined {
  return tag !== undefined && satisfiesRange(tag, tag) ? tag : undefined;
}

/** True if registries are configured, or there is a lockfile. */
function isProject(cwd: string): boolean {
  return [LOCKFILE_NAME, REGISTRIES_FILE, LOCAL_STORE].some((name) => existsSync(join(cwd, name)));
}

async function isShipped(locator: PluginLocator, reference: string): Promise<boolean> {
  try {
    await locator.locate(reference, '');
    return true;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return false;
  }
}
