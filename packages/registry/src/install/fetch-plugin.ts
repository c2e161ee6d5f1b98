import { MAX_MODULE_BYTES, type PluginMetadata } from '@testbench/types';
import { API_VERSION } from '@testbench/types/abi';
import { PluginError } from '@testbench/types/errors';
import type { PluginStore, StoredArtifact, Verifier } from '@testbench/types/stores';
import semver from 'semver';

import { inspectPlugin } from '../inspect-plugin.js';
import { InstallError } from './install-error.js';
import type { InstallEvent } from './install-events.js';
import type { LockedPlugin, LockedVersion } from './lockfile.js';
import { isNamedAs, isPluginName } from './plugin-name.js';
import { readBundles } from '../stores/bundles.js';

/** Further context for fetching a plugin. */
export interface FetchContext {
  readonly verifier?: Verifier | undefined;
  /** Contract that the host speaks. */
  readonly hostVersion?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onEvent: (event: InstallEvent) => void;
}

/** Which version of which plugin, from where. */
export interface FetchedReference {
  readonly name: string;
  readonly store: PluginStore;
  readonly version: string;
  /** From the lockfile, if it has this version. */
  readonly digest?: string | undefined;
  /** Signers that the lockfile has for this name. */
  readonly knownSigners: readonly string[];
}

/** A plugin that was fetched and verified. Nothing of it has run. */
export interface FetchedPlugin extends LockedVersion {
  readonly bytes: Uint8Array;
  readonly metadata: PluginMetadata;
}

/**
 * Fetches a plugin by digest, verifies its signatures, and reads its metadata.
 *
 * @throws {InstallError} `INSTALL_MOVED`, `INSTALL_UNTRUSTED`, `INSTALL_INVALID_PLUGIN`. @throws {StoreError} From the store.
 */
export async function fetchPlugin(
  reference: FetchedReference,
  context: FetchContext,
): Promise<FetchedPlugin> {
  const { name, store, version } = reference;
  const artifact = await resolveArtifact(reference, context);
  const signers = await verifyArtifact(reference, artifact, context);
  const { signal, onEvent } = context;
  const bytes = await store.read(artifact, {
    ...(signal !== undefined && { signal }),
    onProgress: (progress) => onEvent({ type: 'progress', ...progress }),
  });
  const metadata = readMetadata(name, version, bytes);
  return {
    version,
    digest: artifact.digest,
    module: artifact.moduleDigest!,
    signers,
    permissions: metadata.permissions ?? {},
    asking: metadata.asking ?? false,
    dependencies: readDependencies(name, metadata),
    bytes,
    metadata,
  };
}

/** Resolves a version now; the result must match the lockfile. */
export async function resolveArtifact(
  { name, store, version, digest }: FetchedReference,
  { signal }: FetchContext,
): Promise<StoredArtifact> {
  const options = signal === undefined ? {} : { signal };
  const artifact = await store.resolve({ name, version }, options).catch(async (error: unknown) => {
    // A tag may be gone; the digest in the lockfile decides.
    if (digest === undefined || (error as { code?: unknown }).code !== 'STORE_NOT_FOUND')
      throw error;
    return await store.resolve({ name, digest }, options);
  });
  if (digest !== undefined && artifact.digest !== digest) {
    throw new InstallError(
      'INSTALL_MOVED',
      `Cannot install "${name}@${version}": the registry has ${artifact.digest} under this version, the lockfile has ${digest}`,
      { plugin: name },
    );
  }
  requireModule(
    artifact,
    (state) =>
      new InstallError('INSTALL_INVALID_PLUGIN', `Cannot install "${name}@${version}": ${state}`, {
        plugin: name,
      }),
  );
  return artifact;
}

/** @returns The digest of the module. @throws The error of `refuse`, unless the artifact is a single module small enough to load. */
export function requireModule(
  { moduleDigest, layers }: StoredArtifact,
  refuse: (state: string) => InstallError,
): string {
  if (moduleDigest === undefined) {
    throw refuse('the artifact is not one module of type application/wasm');
  }
  const size = layers[0]?.size ?? 0;
  // Modules too large to load are not downloaded.
  if (size > MAX_MODULE_BYTES) {
    throw refuse(`its module has ${size} bytes, limit is ${MAX_MODULE_BYTES}`);
  }
  return moduleDigest;
}

/** @returns Ids of the signers, sorted. */
export async function verifyArtifact(
  {
    name,
    store,
    version,
    knownSigners,
  }: Pick<FetchedReference, 'name' | 'store' | 'version' | 'knownSigners'>,
  artifact: StoredArtifact,
  { verifier, signal, onEvent }: FetchContext,
): Promise<readonly string[]> {
  if (verifier === undefined) {
    if (knownSigners.length > 0) {
      const state =
        'the lockfile says who signed it, and there is no verifier to tell whether they did';
      throw untrusted(name, version, state);
    }
    return [];
  }
  const options = signal === undefined ? {} : { signal };
  const bundles = await readBundles(store, artifact, signal);
  const verification = await verifier.verify({ digest: artifact.digest, name, version }, bundles, {
    ...options,
    knownSigners,
  });
  if (verification.outcome === 'refused') {
    throw untrusted(name, version, verification.message, verification.code);
  }
  const signers =
    verification.outcome === 'trusted' ? verification.signers.map(({ id }) => id).toSorted() : [];
  if (knownSigners.length > 0 && !signers.some((id) => knownSigners.includes(id))) {
    throw untrusted(name, version, 'it is signed by others than before', 'SIGNER_CHANGED');
  }
  const firstUse = verification.outcome === 'trusted' && verification.firstUse;
  onEvent({ type: 'verified', name, version, signers, firstUse });
  return signers;
}

function untrusted(
  name: string,
  version: string,
  state: string,
  refusal?: InstallError['refusal'],
): InstallError {
  const prefix = `Cannot trust "${name}@${version}": `;
  // Verifiers report it themselves.
  const message = state.startsWith(prefix) ? state : `${prefix}${state}`;
  return new InstallError('INSTALL_UNTRUSTED', message, {
    plugin: name,
    ...(refusal !== undefined && { refusal }),
  });
}

/** A module's own name and version must match those in the registry: otherwise one signed plugin could stand in for another. */
function readMetadata(name: string, version: string, bytes: Uint8Array): PluginMetadata {
  const refuse = (state: string, cause?: unknown): never => {
    throw new InstallError(
      'INSTALL_INVALID_PLUGIN',
      `Cannot install "${name}@${version}": ${state}`,
      {
        plugin: name,
        cause,
      },
    );
  };
  try {
    const { metadata, contract, exportProblems } = inspectPlugin(bytes);
    if (metadata === undefined) return refuse('it has no metadata section');
    if (!isNamedAs(metadata.name, name)) return refuse(`it calls itself "${metadata.name}"`);
    if (metadata.version !== version) return refuse(`it calls itself version ${metadata.version}`);
    const [problem] = exportProblems;
    if (contract === undefined || problem !== undefined) {
      return refuse(
        problem === undefined
          ? 'it keeps no contract'
          : `export "${problem.name}": ${problem.state}`,
      );
    }
    return metadata;
  } catch (error) {
    if (!PluginError.is(error) || error instanceof InstallError) throw error;
    return refuse((error as Error).message, error);
  }
}

function readDependencies(
  name: string,
  metadata: PluginMetadata,
): Readonly<Record<string, string>> {
  const entries = Object.entries(metadata.dependencies ?? {}).map(([own, range]) => {
    const dependency = own.toLowerCase().replace(/^@/, '');
    if (isPluginName(dependency) && semver.validRange(range) !== null)
      return [dependency, range] as const;
    throw new InstallError(
      'INSTALL_INVALID_PLUGIN',
      `Cannot install "${name}@${metadata.version}": its dependency ${JSON.stringify(own)} is not a name, or has no semver range`,
      { plugin: name },
    );
  });
  return Object.fromEntries(entries);
}

/** Why this host cannot run it, in words; undefined if it can run it. */
export function describeIncompatibility(
  { apiVersion, minContractVersion }: PluginMetadata,
  hostVersion = API_VERSION,
): string | undefined {
  if (semver.major(apiVersion) !== semver.major(hostVersion)) {
    return `it is made for contract ${apiVersion}, this host speaks ${hostVersion}`;
  }
  if (minContractVersion !== undefined && semver.lt(hostVersion, minContractVersion)) {
    return `it needs contract ${minContractVersion}, this host speaks ${hostVersion}`;
  }
  return undefined;
}

/** Required signers, according to the lockfile. */
export function knownSignersOf(locked: LockedPlugin | undefined): readonly string[] {
  return locked?.signers ?? [];
}
