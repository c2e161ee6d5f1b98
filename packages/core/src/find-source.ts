import { resolveReference } from '@testbench/registry';
import { LoadError, StoreError } from '@testbench/types/errors';
import { parseReference, type PluginStore } from '@testbench/types/stores';

/**
 * Resolves a source: a reference to a store becomes the module's bytes, anything else stays unchanged. A bare name is a file.
 *
 * @throws {LoadError} `LOAD_NOT_FOUND` for `oci://…` if the host has no store. @throws {StoreError} As the store does.
 */
export async function findSource<Source>(
  source: Source,
  store: PluginStore | undefined,
): Promise<Source | Uint8Array> {
  if (typeof source !== 'string') return source;
  if (store === undefined && !source.startsWith('oci://')) return source;
  const reference = parseReference(source);
  if (reference.kind === 'path') return source;
  if (reference.kind === 'name' && reference.range === undefined) return source;
  if (store === undefined) {
    throw new LoadError(
      'LOAD_NOT_FOUND',
      `Cannot load plugin "${source}": this host has no store; give it one as "store"`,
    );
  }
  const artifact = await resolveReference(store, reference);
  if (artifact.moduleDigest !== undefined) return await store.read(artifact);
  throw new StoreError(
    'STORE_INVALID_MANIFEST',
    `Cannot load plugin "${source}": it is not a plugin, but an artifact of type ${artifact.artifactType ?? 'none'}`,
    { digest: artifact.digest },
  );
}
