import type { ArtifactLayer, StoredArtifact } from '@testbench/types/stores';

import { MAX_ARTIFACT_BYTES, MAX_LAYERS } from '../limits.js';
import { StoreError } from '@testbench/types/errors';
import { MANIFEST_TYPE, VERSION_ANNOTATION, WASM_TYPE } from './media-types.js';
import {
  parseDocument,
  readAnnotations,
  readDescriptor,
  readText,
  refuseManifest,
} from './read-descriptors.js';
import { isVersion } from './versions.js';

/**
 * Reads a manifest whose digest was verified.
 *
 * @throws {StoreError} `STORE_INVALID_MANIFEST` for anything but the manifest of one artifact; `STORE_TOO_LARGE`.
 */
export function parseManifest(name: string, digest: string, bytes: Uint8Array): StoredArtifact {
  const what = `the manifest ${digest} of "${name}"`;
  const refuse = refuseManifest(what);
  const manifest = parseDocument(bytes, what);
  // One document must not be a manifest for one reader and an index for another: CVE-2021-41190.
  if (manifest['manifests'] !== undefined) throw refuse('it is a list of manifests, no artifact');
  if (manifest['schemaVersion'] !== 2) throw refuse('"schemaVersion" is not 2');
  if (manifest['mediaType'] !== undefined && manifest['mediaType'] !== MANIFEST_TYPE) {
    throw refuse(`"mediaType" is not ${MANIFEST_TYPE}`);
  }
  const config = readDescriptor(manifest['config'], refuse, 'its config');
  const { layers: list } = manifest;
  if (!Array.isArray(list)) throw refuse('"layers" is no list');
  if (list.length > MAX_LAYERS) {
    throw new StoreError(
      'STORE_TOO_LARGE',
      `Cannot read ${what}: it has ${list.length} layers, limit is ${MAX_LAYERS}`,
    );
  }
  const layers = list.map((layer: unknown, index): ArtifactLayer => {
    const { artifactType: _, ...descriptor } = readDescriptor(layer, refuse, `its layer ${index}`);
    return descriptor;
  });
  const size = layers.reduce((sum, layer) => sum + layer.size, 0);
  if (size > MAX_ARTIFACT_BYTES) {
    throw new StoreError(
      'STORE_TOO_LARGE',
      `Cannot read ${what}: its layers have ${size} bytes, limit is ${MAX_ARTIFACT_BYTES}`,
    );
  }
  const annotations = readAnnotations(manifest['annotations'], refuse, 'it');
  const version = annotations[VERSION_ANNOTATION];
  const [only] = layers;
  const subject =
    manifest['subject'] === undefined || manifest['subject'] === null
      ? undefined
      : readDescriptor(manifest['subject'], refuse, 'its subject').digest;
  return {
    name,
    digest,
    version: version !== undefined && isVersion(version) ? version : undefined,
    // Before OCI 1.1 the config's type stated the artifact's type.
    artifactType: readText(manifest['artifactType'], refuse, '"artifactType"') ?? config.mediaType,
    annotations,
    layers,
    moduleDigest: layers.length === 1 && only?.mediaType === WASM_TYPE ? only.digest : undefined,
    size,
    subject,
  };
}
