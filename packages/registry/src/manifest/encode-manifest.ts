import { MANIFEST_TYPE } from './media-types.js';

/** A descriptor in its written form. */
export interface WrittenDescriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

/** The parts of a manifest. */
export interface ManifestParts {
  readonly artifactType: string | undefined;
  readonly config: WrittenDescriptor;
  readonly layers: readonly WrittenDescriptor[];
  readonly subject?: WrittenDescriptor;
  readonly annotations: Readonly<Record<string, string>> | undefined;
}

/** Writes a manifest: the same parts give the same bytes, regardless of the order of annotations. */
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
