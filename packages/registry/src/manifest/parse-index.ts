import { StoreError } from '@testbench/types/errors';

import { MAX_REFERRERS } from '../limits.js';
import { INDEX_TYPE } from './media-types.js';
import {
  type Descriptor,
  parseDocument,
  readDescriptor,
  refuseManifest,
} from './read-descriptors.js';

/**
 * Reads a list of manifests: the attachments of one. Nested lists are not followed.
 *
 * @param what A description, such as `what is attached to sha256:…`.
 * @throws {StoreError} `STORE_INVALID_MANIFEST`, `STORE_TOO_LARGE`.
 */
export function parseIndex(bytes: Uint8Array, what: string): readonly Descriptor[] {
  const refuse = refuseManifest(what);
  const index = parseDocument(bytes, what);
  if (index['layers'] !== undefined || index['config'] !== undefined) {
    throw refuse('it is a manifest, no list of manifests');
  }
  if (index['mediaType'] !== undefined && index['mediaType'] !== INDEX_TYPE) {
    throw refuse(`"mediaType" is not ${INDEX_TYPE}`);
  }
  const list = index['manifests'] ?? [];
  if (!Array.isArray(list)) throw refuse('"manifests" is no list');
  if (list.length > MAX_REFERRERS) {
    throw new StoreError(
      'STORE_TOO_LARGE',
      `Cannot read ${what}: it has ${list.length} entries, limit is ${MAX_REFERRERS}`,
    );
  }
  return list.map((entry, position) => readDescriptor(entry, refuse, `its entry ${position}`));
}

/** Writes a list of manifests. */
export function encodeIndex(descriptors: readonly Descriptor[]): Uint8Array<ArrayBuffer> {
  const manifests = descriptors.map(({ mediaType, digest, size, artifactType, annotations }) => ({
    mediaType,
    digest,
    size,
    ...(artifactType === undefined ? {} : { artifactType }),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  }));
  const index = { schemaVersion: 2, mediaType: INDEX_TYPE, manifests };
  return new TextEncoder().encode(JSON.stringify(index));
}
