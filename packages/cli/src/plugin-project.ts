import { existsSync } from 'node:fs';
import { join } from 'node:path';

import {
  type InstalledPlugin,
  type InstallEvent,
  listInstalled,
  LOCKFILE_NAME,
  type ProjectOptions,
  RegistryMap,
} from '@testbench/registry/install';
import { openLayoutStore } from '@testbench/registry/stores';
import { createVerifier } from '@testbench/trust';
import { ConfigError } from '@testbench/types/errors';
import { type PluginStore, parseReference, type Verifier } from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import { readRegistrySettings, type RegistryFlagValues } from './registry-settings.js';
import { registryStore } from './registry-store.js';
import { TransferBar } from './render/transfer-bar.js';
import { findTrust, type TrustFlagValues } from './trust-files.js';

/** A registry known only from a reference or the lockfile. */
const HOST = /^[a-z0-9.-]+(?::\d+)?$/;

/** Flags that describe a project. */
export interface ProjectFlags extends RegistryFlagValues, TrustFlagValues {
  /** Signatures are not checked; for display only. */
  readonly isUnverified?: boolean;
  readonly yes?: boolean;
  readonly allowDowngrade?: boolean;
  readonly json: boolean;
}

/** What a user named: name, range and, if given, the registry. */
export interface NamedPlugin {
  readonly name: string;
  readonly range?: string;
  readonly registry?: string;
}

/**
 * Reads `team/exact-match`, `team/exact-match@^1.2` or `oci://host/team/exact-match@^1.2`.
 *
 * @throws {ConfigError} For a path. @throws {StoreError} `STORE_INVALID_REFERENCE`.
 */
export function readNamedPlugin(text: string): NamedPlugin {
  const reference = parseReference(text);
  if (reference.kind === 'oci') {
    const { host, name, tag, range = tag } = reference;
    return { name, registry: host, ...(range !== undefined && { range }) };
  }
  if (reference.kind === 'name') {
    const { name, range } = reference;
    return { name, ...(range !== undefined && { range }) };
  }
  // A name with a slash and no range looks like a path.
  const named = parseReference(`${text}@*`);
  if (named.kind === 'name' && !text.startsWith('.')) return { name: named.name };
  throw new ConfigError(
    'CONFIG_INVALID',
    '',
    `Cannot look up ${JSON.stringify(text)}: expected a name such as team/exact-match@^1.2, or oci://host/name`,
  );
}

/**
 * Runs work on the project of the working directory, and shows transfers.
 *
 * @param named What the user names with a registry: a host missing in the file is used for these names only.
 */
export async function withProject<Result>(
  io: CliIo,
  flags: ProjectFlags,
  work: (project: ProjectOptions) => Promise<Result>,
  named: readonly NamedPlugin[] = [],
): Promise<Result> {
  const registries = await openRegistries(io, flags, named);
  const verifier = flags.isUnverified === true ? undefined : await openVerifier(io, flags);
  const bar = new TransferBar(io.stderr, flags.json);
  try {
    return await work({
      folder: io.cwd,
      registries,
      ...(verifier !== undefined && { verifier }),
      consent: () => flags.yes === true,
      allowDowngrade: flags.allowDowngrade === true,
      signal: io.signal,
      onEvent: (event: InstallEvent) => bar.show(event),
    });
  } finally {
    bar.clear();
  }
}

/** The registries of the project, and those of the lockfile and of references that are not among them. */
export async function openRegistries(
  io: CliIo,
  flags: RegistryFlagValues,
  named: readonly NamedPlugin[] = [],
): Promise<RegistryMap> {
  const hosts = named.flatMap(({ registry }) => (registry === undefined ? [] : [registry]));
  const settings = await readRegistrySettings(io, flags, hosts);
  const registries: Record<string, PluginStore> = {};
  const ids = new Map<string, string>();
  for (const [id, place] of settings.registries) {
    if ('folder' in place) {
      registries[id] = openLayoutStore(place.folder);
      continue;
    }
    ids.set(place.host, id);
    registries[id] = registryStore(settings.setupOf(place.host), place.host);
  }
  const namespaces: Record<string, string> = { ...settings.namespaces };
  for (const { name, registry } of [...(await listLocked(io.cwd)), ...named]) {
    if (registry === undefined) continue;
    const space = name.includes('/') ? name.slice(0, name.indexOf('/')) : '';
    // A mapped name never comes from anywhere else.
    if (Object.hasOwn(namespaces, name) || Object.hasOwn(namespaces, space)) continue;
    if (!ids.has(registry)) {
      if (Object.hasOwn(registries, registry) || !HOST.test(registry)) continue;
      ids.set(registry, registry);
      registries[registry] = registryStore(settings.setupOf(registry), registry);
    }
    namespaces[name] = ids.get(registry)!;
  }
  const only = Object.keys(registries).length === 1 ? Object.keys(registries)[0] : undefined;
  const last = settings.fallback ?? only;
  return new RegistryMap({
    registries,
    namespaces,
    aliases: Object.fromEntries(ids),
    ...(last !== undefined && { fallback: last }),
  });
}

/** Plugins of the lockfile; none, and no file is created, if it does not exist. */
export async function listLocked(folder: string): Promise<readonly InstalledPlugin[]> {
  return existsSync(join(folder, LOCKFILE_NAME)) ? await listInstalled(folder) : [];
}

/** Without rules, signatures are not checked and signers in the lockfile are ignored. */
async function openVerifier(io: CliIo, flags: TrustFlagValues): Promise<Verifier | undefined> {
  const trust = await findTrust(io, flags);
  return trust === undefined ? undefined : createVerifier(trust);
}
