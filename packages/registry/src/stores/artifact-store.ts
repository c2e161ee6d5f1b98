import type {
  ArtifactLayer,
  ArtifactQuery,
  ArtifactSubject,
  Attachment,
  NewArtifact,
  NewLayer,
  PluginStore,
  StoredArtifact,
  StoredReferrer,
  StoreOptions,
} from '@testbench/types/stores';
import { StoreError } from '@testbench/types/errors';

import { MAX_BLOB_BYTES, MAX_LAYERS, MAX_TAGS } from '../limits.js';
import {
  checkDigest,
  checkName,
  checkQuery,
  checkTag,
  checkVersion,
} from '../manifest/check-name.js';
import { encodeManifest, type WrittenDescriptor } from '../manifest/encode-manifest.js';
import { EMPTY_TYPE, MANIFEST_TYPE, VERSION_ANNOTATION } from '../manifest/media-types.js';
import { parseManifest } from '../manifest/parse-manifest.js';
import type { Descriptor } from '../manifest/read-descriptors.js';
import { sortVersions, tagToVersion, versionToTag } from '../manifest/versions.js';
import type { ArtifactBackend, WrittenTag } from './artifact-backend.js';
import { onlyLayer } from './only-layer.js';
import { readStoreOptions } from './store-options.js';
import { digestBytes, verifyBytes } from './verify-bytes.js';

const EMPTY: NewLayer = { mediaType: EMPTY_TYPE, bytes: new TextEncoder().encode('{}') };

/** A `PluginStore` over the operations of one kind of store: verifies, reads and writes manifests. */
export class ArtifactStore implements PluginStore {
  readonly specificationVersion = 'v1';
  readonly #backend: ArtifactBackend;

  constructor(backend: ArtifactBackend) {
    this.#backend = backend;
  }

  async list(name: string, given?: StoreOptions): Promise<readonly string[]> {
    const options = readStoreOptions(given);
    checkName(name);
    const tags = await this.#backend.tags(name, options);
    if (tags.length > MAX_TAGS) {
      throw new StoreError(
        'STORE_TOO_LARGE',
        `Cannot list the versions of "${name}": it has more than ${MAX_TAGS} tags`,
      );
    }
    return sortVersions(new Set(tags.flatMap((tag) => tagToVersion(tag) ?? [])));
  }

  async resolve(query: ArtifactQuery, given?: StoreOptions): Promise<StoredArtifact> {
    const options = readStoreOptions(given);
    checkQuery(query);
    const { name, version, tag, digest } = query;
    if (digest !== undefined) return await this.#open({ name, digest }, options);
    const wanted = version === undefined ? tag! : versionToTag(version);
    const bytes = await this.#backend.manifest(name, wanted, options);
    if (bytes === undefined) throw notFound(name, version ?? `the tag ${wanted}`);
    const artifact = parseManifest(name, await digestBytes(bytes), bytes);
    const said = artifact.version;
    const asked = version ?? tagToVersion(wanted);
    if (asked === undefined) return artifact;
    // An older version under a newer tag would be a way to hold back updates.
    if (said !== undefined && said !== asked && versionToTag(said) !== versionToTag(asked)) {
      throw new StoreError(
        'STORE_INVALID_MANIFEST',
        `Cannot use version ${asked} of "${name}": its manifest says that it is version ${said}`,
        { digest: artifact.digest },
      );
    }
    return { ...artifact, version: said ?? asked };
  }

  async readManifest(
    { name, digest }: ArtifactSubject,
    given?: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const options = readStoreOptions(given);
    checkName(name);
    checkDigest(digest);
    const bytes = await this.#backend.manifest(name, digest, options);
    if (bytes === undefined) throw notFound(name, digest);
    await verifyBytes(bytes, digest, `the manifest of "${name}"`);
    return bytes;
  }

  async readLayer(
    name: string,
    { digest, size }: Pick<ArtifactLayer, 'digest' | 'size'>,
    given?: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const options = readStoreOptions(given);
    checkName(name);
    checkDigest(digest);
    if (size > MAX_BLOB_BYTES) throw tooLarge(name, size);
    const bytes = await this.#backend.blob(name, { digest, size }, options);
    if (bytes === undefined) throw notFound(name, `the blob ${digest}`);
    await verifyBytes(bytes, digest, `a blob of "${name}"`);
    if (bytes.length !== size) {
      throw new StoreError(
        'STORE_INVALID_MANIFEST',
        `Cannot use a blob of "${name}": it has ${bytes.length} bytes, its manifest says ${size}`,
        { digest },
      );
    }
    return bytes;
  }

  async read(subject: ArtifactSubject, given?: StoreOptions): Promise<Uint8Array<ArrayBuffer>> {
    const options = readStoreOptions(given);
    const artifact = await this.#open(subject, options);
    return await this.readLayer(artifact.name, onlyLayer(artifact), options);
  }

  async write(artifact: NewArtifact, given?: StoreOptions): Promise<StoredArtifact> {
    const options = readStoreOptions(given);
    const { name, version, tag, artifactType, config = EMPTY, layers, annotations } = artifact;
    checkName(name);
    if (version !== undefined) checkVersion(version);
    if (tag !== undefined) checkTag(tag);
    if (layers.length > MAX_LAYERS) {
      throw new StoreError(
        'STORE_TOO_LARGE',
        `Cannot write "${name}": it has ${layers.length} layers, limit is ${MAX_LAYERS}`,
      );
    }
    const written: WrittenDescriptor[] = [];
    for (const layer of layers) written.push(await this.#writeLayer(name, layer, options));
    const bytes = encodeManifest({
      artifactType,
      config: await this.#writeLayer(name, config, options),
      layers: written,
      annotations: {
        ...annotations,
        ...(version === undefined ? {} : { [VERSION_ANNOTATION]: version }),
      },
    });
    const manifest = { digest: await digestBytes(bytes), bytes, subject: undefined };
    // Before anything becomes visible to others: what is written must be readable.
    const stored = parseManifest(name, manifest.digest, bytes);
    const tags: (WrittenTag | undefined)[] = [
      ...(version === undefined ? [] : [{ name: versionToTag(version), mayMove: false }]),
      ...(tag === undefined ? [] : [{ name: tag, mayMove: true }]),
    ];
    for (const one of tags.length === 0 ? [undefined] : tags) {
      await this.#backend.writeManifest(name, manifest, one, options);
    }
    return version === undefined ? stored : { ...stored, version };
  }

  async attach(
    subject: ArtifactSubject,
    { artifactType, mediaType = artifactType, bytes, annotations = {} }: Attachment,
    given?: StoreOptions,
  ): Promise<StoredReferrer> {
    const options = readStoreOptions(given);
    const { name } = subject;
    const subjectBytes = await this.readManifest(subject, options);
    const layer = await this.#writeLayer(name, { mediaType, bytes }, options);
    const manifest = encodeManifest({
      artifactType,
      config: await this.#writeLayer(name, EMPTY, options),
      layers: [layer],
      subject: { mediaType: MANIFEST_TYPE, digest: subject.digest, size: subjectBytes.length },
      annotations,
    });
    const digest = await digestBytes(manifest);
    const size = manifest.length;
    const written = { digest, bytes: manifest, subject: subject.digest };
    await this.#backend.writeManifest(name, written, undefined, options);
    const referrer: Descriptor = {
      mediaType: MANIFEST_TYPE,
      digest,
      size,
      artifactType,
      annotations,
    };
    await this.#backend.addReferrer(name, subject.digest, referrer, options);
    return { name, digest, size, artifactType, annotations };
  }

  async referrers(
    { name, digest: subject }: ArtifactSubject,
    artifactType?: string,
    given?: StoreOptions,
  ): Promise<readonly StoredReferrer[]> {
    const options = readStoreOptions(given);
    checkName(name);
    checkDigest(subject);
    const all = await this.#backend.referrers(name, subject, options);
    return all
      .filter((found) => found.mediaType === MANIFEST_TYPE)
      .filter((found) => artifactType === undefined || found.artifactType === artifactType)
      .map(({ digest, size, artifactType: type, annotations }) => ({
        name,
        digest,
        size,
        artifactType: type,
        annotations,
      }));
  }

  async #open(subject: ArtifactSubject, options: StoreOptions): Promise<StoredArtifact> {
    const bytes = await this.readManifest(subject, options);
    return parseManifest(subject.name, subject.digest, bytes);
  }

  async #writeLayer(
    name: string,
    { mediaType, bytes: source, annotations }: NewLayer,
    options: StoreOptions,
  ): Promise<WrittenDescriptor> {
    options.signal?.throwIfAborted();
    const bytes = typeof source === 'function' ? await source() : source;
    if (bytes.length > MAX_BLOB_BYTES) throw tooLarge(name, bytes.length);
    // A copy: the caller may change its bytes while they are hashed and sent.
    const own = new Uint8Array(bytes);
    const digest = await digestBytes(own);
    await this.#backend.writeBlob(name, digest, own, options);
    return { mediaType, digest, size: own.length, annotations };
  }
}

function notFound(name: string, what: string): StoreError {
  return new StoreError('STORE_NOT_FOUND', `Cannot find ${what} of "${name}": there is none`);
}

function tooLarge(name: string, size: number): StoreError {
  return new StoreError(
    'STORE_TOO_LARGE',
    `Cannot take a blob of "${name}": it has ${size} bytes, limit is ${MAX_BLOB_BYTES}`,
  );
}
