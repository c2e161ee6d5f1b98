import { digestOf } from '@testbench/host/files';
import { type OptionReaders, readOptions } from '@testbench/types/config';
import { PluginError } from '@testbench/types/errors';
import type {
  ArtifactIdentity,
  NewArtifact,
  PluginStore,
  StoredArtifact,
  StoreOptions,
} from '@testbench/types/stores';

import { inspectPlugin } from '../inspect-plugin.js';
import { WASM_CONFIG_TYPE, WASM_TYPE } from '../manifest/media-types.js';
import { attachBundle } from '../stores/bundles.js';
import { InstallError } from './install-error.js';
import type { InstallEvent } from './install-events.js';
import { isNamedAs, isPluginName } from './plugin-name.js';

/** Options of {@link publishPlugin}. */
export interface PublishOptions {
  readonly store: PluginStore;
  /** The whole module, with its metadata section. */
  readonly bytes: Uint8Array;
  /** Name in the registry, such as `team/exact-match`; its last part must be the plugin's own name. @default the plugin's own */
  readonly name?: string;
  /**
   * Signs it: returns a Sigstore bundle, as `signRelease` of `@testbench/trust` does, which is attached before the version becomes
   * visible. @default unsigned
   */
  readonly sign?: (artifact: ArtifactIdentity) => Uint8Array | Promise<Uint8Array>;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: InstallEvent) => void;
}

const OPTIONS: OptionReaders<PublishOptions> = {
  store: (node) => node.implementation<PluginStore>('write'),
  bytes: (node) => (node.value instanceof Uint8Array ? node.value : node.reject('bytes')),
  name: (node) => node.text(),
  sign: (node) => node.callback(),
  signal: (node) => node.signal(),
  onEvent: (node) => node.callback(),
};

/**
 * Publishes a plugin under its own version, as one raw module (CNCF's layout of WebAssembly in OCI registries). Nothing of it runs, and the
 * same module gives the same digest.
 *
 * @throws {InstallError} `INSTALL_INVALID_PLUGIN` for a plugin that could not be installed.
 * @throws {StoreError} `STORE_EXISTS` if the version exists with other content; others from the store.
 * @see https://tag-runtime.cncf.io/wgs/wasm/deliverables/wasm-oci-artifact/
 *
 * @example
 * ```ts no-run
 * import { readFile } from 'node:fs/promises';
 * import { publishPlugin } from '@testbench/registry/install';
 * import { createMemoryStore } from '@testbench/registry/stores';
 *
 * const bytes = await readFile('exact-match.wasm');
 * const { digest } = await publishPlugin({ store: createMemoryStore(), bytes, name: 'team/exact-match' });
 * digest; // what is signed
 * ```
 */
export async function publishPlugin(given: PublishOptions): Promise<StoredArtifact> {
  const { store, bytes, name, sign, signal, onEvent } = readOptions<PublishOptions>(
    given,
    OPTIONS,
    '',
    ['bytes', 'store'],
  );
  const { metadata, exportProblems } = inspect(bytes);
  const [problem] = exportProblems;
  if (metadata === undefined)
    throw refuse('it has no metadata section: add it with `testbench embed`');
  if (problem !== undefined) throw refuse(`export "${problem.name}": ${problem.state}`);
  const published = name ?? metadata.name.toLowerCase().replace(/^@/, '');
  if (!isPluginName(published) || !isNamedAs(metadata.name, published)) {
    throw refuse(`it calls itself "${metadata.name}", which "${published}" does not end with`);
  }
  const config = { architecture: 'wasm', os: 'wasip1', layerDigests: [digestOf(bytes)] };
  const { version, description, license, homepage } = metadata;
  const annotations = {
    'org.opencontainers.image.version': version,
    ...(description !== '' && { 'org.opencontainers.image.description': description }),
    ...(license !== undefined && { 'org.opencontainers.image.licenses': license }),
    ...(homepage !== undefined && { 'org.opencontainers.image.url': homepage }),
  };
  const artifact: NewArtifact = {
    name: published,
    config: {
      mediaType: WASM_CONFIG_TYPE,
      bytes: new TextEncoder().encode(JSON.stringify(config)),
    },
    layers: [{ mediaType: WASM_TYPE, bytes }],
    annotations,
  };
  const options: StoreOptions = {
    ...(signal !== undefined && { signal }),
    ...(onEvent !== undefined && {
      onProgress: (progress) => onEvent({ type: 'progress', ...progress }),
    }),
  };
  if (sign !== undefined) {
    // First by digest only, so that the version is never visible without its signature.
    const { digest } = await store.write(artifact, options);
    const there = await findDigest(store, published, version, options);
    if (there === undefined || there === digest) {
      const bundle = await sign({ digest, name: published, version });
      await attachBundle(store, { name: published, digest }, bundle, signal);
    }
  }
  return await store.write({ ...artifact, version }, options);
}

/** @returns undefined if the version does not exist. */
async function findDigest(
  store: PluginStore,
  name: string,
  version: string,
  options: StoreOptions,
): Promise<string | undefined> {
  try {
    return (await store.resolve({ name, version }, options)).digest;
  } catch (error) {
    if (PluginError.is(error) && error.code === 'STORE_NOT_FOUND') return undefined;
    throw error;
  }
}

function inspect(bytes: Uint8Array): ReturnType<typeof inspectPlugin> {
  try {
    return inspectPlugin(bytes);
  } catch (error) {
    if (!PluginError.is(error)) throw error;
    throw refuse((error as Error).message, error);
  }
}

function refuse(state: string, cause?: unknown): InstallError {
  return new InstallError('INSTALL_INVALID_PLUGIN', `Cannot publish the plugin: ${state}`, {
    cause,
  });
}
