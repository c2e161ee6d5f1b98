import { StoreError } from '@testbench/types/errors';
import type { ArtifactLayer, StoredArtifact } from '@testbench/types/stores';

/** @throws {StoreError} `STORE_INVALID_MANIFEST` unless there is one layer. */
export function onlyLayer({ name, digest, layers }: StoredArtifact): ArtifactLayer {
  const [layer] = layers;
  if (layer !== undefined && layers.length === 1) return layer;
  throw new StoreError(
    'STORE_INVALID_MANIFEST',
    `Cannot read ${digest} of "${name}": expected one layer, found ${layers.length}`,
    { digest },
  );
}
