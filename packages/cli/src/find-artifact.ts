import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';

import { resolveReference } from '@testbench/registry';
import type { InstalledPlugin } from '@testbench/registry/install';
import { StoreError } from '@testbench/types/errors';
import { parseReference, type PluginStore, type StoredArtifact } from '@testbench/types/stores';

import type { CliIo } from './cli-io.js';
import { listLocked, type NamedPlugin, openRegistries, readNamedPlugin } from './plugin-project.js';
import type { RegistryFlagValues } from './registry-settings.js';

const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** An artifact of a registry, with the name and version used in signatures. */
export interface FoundArtifact {
  readonly name: string;
  readonly version: string;
  readonly digest: string;
  readonly artifact: StoredArtifact;
  /** Name of the registry in the project. */
  readonly registry: string;
  readonly store: PluginStore;
  /** The lockfile's entry for the name. */
  readonly locked: InstalledPlugin | undefined;
}

/** The subject of a command: a file, a digest, or an artifact in a store. */
export type Target =
  | { readonly kind: 'digest'; readonly digest: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'reference'; readonly text: string };

/** Distinguishes files from references: an existing file is a file, unless the text can only be a reference. */
export async function readTarget(io: CliIo, text: string): Promise<Target> {
  if (DIGEST.test(text)) return { kind: 'digest', digest: text };
  const { kind } = parseReference(text);
  if (kind === 'oci') return { kind: 'reference', text };
  const path = resolve(io.cwd, text);
  const found = await stat(path).catch(() => undefined);
  if (found !== undefined) return { kind: 'file', path };
  return isName(text) ? { kind: 'reference', text } : { kind: 'file', path };
}

function isName(text: string): boolean {
  if (parseReference(text).kind === 'name') return true;
  return !/^[./~]|\.[A-Za-z0-9]+$/.test(text) && parseReference(`${text}@*`).kind === 'name';
}

/** Options of {@link findArtifact}. */
export type FindArtifactFlags = RegistryFlagValues & {
  /** Version for an artifact that does not state one. */
  readonly version?: string | undefined;
  /** For a name without a range: the highest version, even if another one is installed. */
  readonly isNewest?: boolean;
};

/**
 * Finds an artifact in the registry of its name. A name without a range means the installed version, or else the highest
 * version.
 *
 * @throws {StoreError} `STORE_NOT_FOUND`; as the store does. @throws {InstallError} `INSTALL_WRONG_REGISTRY`.
 */
export async function findArtifact(
  io: CliIo,
  text: string,
  flags: FindArtifactFlags,
): Promise<FoundArtifact> {
  const named = readNamedPlugin(text);
  const { id, store } = (await openRegistries(io, flags, [named])).find(named.name, named.registry);
  const { name } = named;
  const locked = (await listLocked(io.cwd)).find((plugin) => plugin.name === name);
  const taken = flags.isNewest === true ? undefined : locked;
  const artifact = await resolveNamed(store, text, named, taken, io.signal);
  const version = flags.version ?? artifact.version;
  if (version === undefined) {
    throw new StoreError(
      'STORE_INVALID_REFERENCE',
      `Cannot use ${JSON.stringify(text)}: its manifest has no version, and --version names none`,
      { digest: artifact.digest },
    );
  }
  const { digest } = artifact;
  return { name, version, digest, artifact, registry: id, store, locked };
}

async function resolveNamed(
  store: PluginStore,
  text: string,
  { name, range }: NamedPlugin,
  locked: InstalledPlugin | undefined,
  signal: AbortSignal,
): Promise<StoredArtifact> {
  const reference = parseReference(text);
  if (reference.kind === 'oci') {
    const { digest, tag } = reference;
    if (digest !== undefined) return await store.resolve({ name, digest }, { signal });
    if (tag !== undefined) return await store.resolve({ name, tag }, { signal });
  } else if (range === undefined && locked !== undefined) {
    const { digest, version } = locked;
    return { ...(await store.resolve({ name, digest }, { signal })), version };
  }
  const wanted = range === undefined ? {} : { range };
  return await resolveReference(store, { kind: 'name', name, ...wanted }, { signal });
}
