import { StoreError } from '@testbench/types/errors';
import {
  type OciReference,
  parseReference,
  type PluginReference,
  type PluginStore,
  type StoredArtifact,
  type StoreOptions,
} from '@testbench/types/stores';
import semver from 'semver';

/**
 * Resolves a reference in a store now, without a lockfile: for a range, to the highest version that satisfies it.
 *
 * @param reference A name with or without a range, or `oci://…`, which is looked up under `host/name`.
 * @throws {StoreError} `STORE_INVALID_REFERENCE` for a path or an invalid range; `STORE_NOT_FOUND`, and as the store does.
 *
 * @example
 * ```ts
 * import { resolveReference } from '@testbench/registry';
 * import { createMemoryStore } from '@testbench/registry/stores';
 *
 * const store = createMemoryStore();
 * for (const version of ['1.0.0', '1.2.0', '2.0.0']) {
 *   await store.write({ name: 'exact-match', version, layers: [] });
 * }
 * (await resolveReference(store, 'exact-match@^1.0')).version; // => '1.2.0'
 * ```
 */
export async function resolveReference(
  store: PluginStore,
  reference: string | PluginReference,
  options?: StoreOptions,
): Promise<StoredArtifact> {
  const parsed = typeof reference === 'string' ? parseReference(reference) : reference;
  if (parsed.kind === 'path') {
    throw new StoreError(
      'STORE_INVALID_REFERENCE',
      `Cannot find ${JSON.stringify(parsed.path)} in a store: it is a path`,
    );
  }
  const name = parsed.kind === 'oci' ? `${parsed.host}/${parsed.name}` : parsed.name;
  return await resolveNamed(store, name, parsed, options);
}

/** Resolves a reference in a store that has the plugin under this name. @throws As {@link resolveReference}. */
export async function resolveNamed(
  store: PluginStore,
  name: string,
  { digest, tag, range = '*' }: Partial<Pick<OciReference, 'digest' | 'tag' | 'range'>>,
  options?: StoreOptions,
): Promise<StoredArtifact> {
  if (digest !== undefined) return await store.resolve({ name, digest }, options);
  if (tag !== undefined) return await store.resolve({ name, tag }, options);
  return await newest(store, name, range, options);
}

async function newest(
  store: PluginStore,
  name: string,
  range: string,
  options: StoreOptions | undefined,
): Promise<StoredArtifact> {
  if (semver.validRange(range) === null) {
    throw new StoreError(
      'STORE_INVALID_REFERENCE',
      `Cannot find "${name}": "${range}" is not a range of versions, such as ^1.2`,
    );
  }
  const versions = await store.list(name, options);
  const version = semver.maxSatisfying(Array.from(versions), range);
  if (version !== null) return await store.resolve({ name, version }, options);
  const there =
    versions.length === 0 ? 'there are none' : `there are ${versions.slice(0, 5).join(', ')}`;
  throw new StoreError(
    'STORE_NOT_FOUND',
    `Cannot find a version of "${name}" that satisfies ${range}: ${there}`,
  );
}
