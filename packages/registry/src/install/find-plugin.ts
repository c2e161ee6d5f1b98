import type { PluginMetadata } from '@testbench/types';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError, StoreError } from '@testbench/types/errors';
import {
  type NameReference,
  type OciReference,
  parseReference,
  type TransferProgress,
  type Verifier,
} from '@testbench/types/stores';

import { inspectPlugin } from '../inspect-plugin.js';
import { resolveNamed } from '../resolve-reference.js';
import { openCachedStore } from '../stores/cached-store.js';
import { requireModule, verifyArtifact } from './fetch-plugin.js';
import { InstallError } from './install-error.js';
import type { InstallEvent } from './install-events.js';
import { isNamedAs, isPluginName } from './plugin-name.js';
import { RegistryMap } from './registry-map.js';

/** Options of {@link findPlugin}. */
export interface FindPluginOptions {
  readonly registries: RegistryMap;
  /** Registry that the reference must come from, by its name in the map. @default the one that the map has for the name */
  readonly registry?: string;
  /** Checks its signatures. @default signatures are not checked */
  readonly verifier?: Verifier;
  /** Folder that caches fetched modules. */
  readonly cacheFolder: string;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: InstallEvent) => void;
}

/** The plugin that a reference currently means. Nothing of it has run, and no lockfile knows it. */
export interface FoundPlugin {
  readonly name: string;
  readonly registry: string;
  /** Undefined for an artifact that does not state one. */
  readonly version: string | undefined;
  /** Digest of the manifest. */
  readonly digest: string;
  /** The module's bytes. */
  readonly bytes: Uint8Array;
  /** Path of the cached module, if the folder can be written to. */
  readonly path: string;
  /** Ids of its trusted signers, sorted; empty if there are none or signatures were not checked. */
  readonly signers: readonly string[];
}

const OPTIONS: OptionReaders<FindPluginOptions> = {
  registries: (node) =>
    node.value instanceof RegistryMap ? node.value : node.reject('a RegistryMap'),
  registry: (node) => node.text(),
  verifier: (node) => node.implementation<Verifier>('verify'),
  cacheFolder: (node) => node.text(),
  signal: (node) => node.signal(),
  onEvent: (node) => node.callback(),
};

/**
 * Fetches the plugin that a reference means now, in one call, and verifies its signatures. For plugins that are used once: `installPlugins` records
 * the version it took in a lockfile.
 *
 * @param reference `team/exact-match@^1.2`, `oci://host/team/exact-match` with `:tag`, `@range` or `@sha256:…`. For an `oci://` reference, the name without the host counts.
 * @throws {InstallError} `INSTALL_UNTRUSTED`, `INSTALL_INVALID_PLUGIN`, `INSTALL_WRONG_REGISTRY`. @throws {StoreError} From the store; `STORE_INVALID_REFERENCE` for a path.
 *
 * @example
 * ```ts no-run
 * import { findPlugin, RegistryMap } from '@testbench/registry/install';
 * import { createMemoryStore } from '@testbench/registry/stores';
 *
 * const registries = new RegistryMap({ registries: { main: createMemoryStore() } });
 * const { path } = await findPlugin('exact-match@^1.0', { registries, cacheFolder: '.testbench/cache' });
 * path; // the module
 * ```
 */
export async function findPlugin(
  reference: string,
  given: FindPluginOptions,
): Promise<FoundPlugin> {
  const options = readOptions<FindPluginOptions>(given, OPTIONS, '', ['cacheFolder', 'registries']);
  const { registries, registry, verifier, signal, onEvent = () => {} } = options;
  const parsed = readReference(reference);
  const { name } = parsed;
  const { id, store: remote } = registries.find(name, registry);
  const store = openCachedStore(remote, options.cacheFolder, (path) =>
    onEvent({ type: 'damaged', name, version: '', path }),
  );
  const storeOptions = {
    ...(signal !== undefined && { signal }),
    onProgress: (progress: TransferProgress) => onEvent({ type: 'progress', ...progress }),
  };
  // The map has already chosen the registry.
  const artifact = await resolveNamed(store, name, parsed, storeOptions);
  const { digest } = artifact;
  const moduleDigest = requireModule(artifact, (state) => invalid(reference, state));
  const bytes = await store.read(artifact, storeOptions);
  const metadata = readSection(bytes);
  const version = artifact.version ?? metadata?.version;
  const isPinned = parsed.kind === 'oci' && parsed.digest !== undefined;
  // Under a digest the content cannot be misleading.
  if (!isPinned) checkNamed(reference, name, version, metadata);
  const signers = await verifyArtifact(
    { name, store, version: version ?? '', knownSigners: [] },
    artifact,
    { verifier, signal, onEvent },
  );
  const path = store.pathOf(moduleDigest);
  return { name, registry: id, version, digest, bytes, path, signers };
}

/** A name with a slash and no range is a path elsewhere; here it can only be a name. */
function readReference(text: string): NameReference | OciReference {
  const parsed = parseReference(text);
  if (parsed.kind !== 'path') return parsed;
  if (isPluginName(text)) return { kind: 'name', name: text };
  throw new StoreError(
    'STORE_INVALID_REFERENCE',
    `Cannot find ${JSON.stringify(text)} in a registry: it is a path`,
  );
}

/** Undefined for a module without a section, or with an unreadable one: loading it reports why. */
function readSection(bytes: Uint8Array): PluginMetadata | undefined {
  try {
    return inspectPlugin(bytes).metadata;
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    return undefined;
  }
}

/** Otherwise one signed plugin could stand in for another. */
function checkNamed(
  reference: string,
  name: string,
  version: string | undefined,
  metadata: PluginMetadata | undefined,
): void {
  if (metadata === undefined) return;
  if (!isNamedAs(metadata.name, name)) {
    throw invalid(reference, `it calls itself "${metadata.name}"`);
  }
  if (metadata.version !== version) {
    throw invalid(reference, `it calls itself version ${metadata.version}`);
  }
}

function invalid(reference: string, state: string): InstallError {
  return new InstallError(
    'INSTALL_INVALID_PLUGIN',
    `Cannot use ${JSON.stringify(reference)}: ${state}`,
  );
}
