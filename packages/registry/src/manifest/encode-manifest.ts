import { MANIFEST_TYPE } from './media-types.js';

/** A descriptor as it is written. */
export interface WrittenDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** What a manifest is made of. */
export interface ManifestParts {
  readonly artifactType: string | undefined;
  readonly config: WrittenDescriptor;
  readonly layers: readonly WrittenDescriptor[];
  readonly subject?: WrittenDescriptor;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** Writes a manifest: the same parts give the same bytes, whatever the order of annotations. */
export function encodeManifest(parts: ManifestParts): Uint8Array<ArrayBuffer> {
  const { artifactType, config, layers, subject, annotations } = parts;
  const manifest = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    ...(artifactType === undefined ? {} : { artifactType }),
    config: written(config),
    layers: layers.map(written),
    ...(subject === undefined ? {} : { subject: written(subject) }),
    ...sortedAnnotations(annotations),
  };
  return new TextEncoder().encode(JSON.stringify(manifest));
}

function written({ mediaType, digest, size, annotations }: WrittenDescriptor): object {
  return { mediaType, digest, size, ...sortedAnnotations(annotations) };
}

function sortedAnnotations(annotations: Readonly<Record<string, string>> | undefined): object {
  const entries = Object.entries(annotations ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? {} : { annotations: Object.fromEntries(entries) };
}
