/** How far a transfer has come. */
export interface TransferProgress {
  readonly direction: 'fetch' | 'push';
  /** Name of the artifact. */
  readonly name: string;
  /** Digest of the blob being transferred. */
  readonly digest: string;
  readonly transferredBytes: number;
  readonly totalBytes: number;
}

/** Further options of every method of a {@link PluginStore}. */
export interface StoreOptions {
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as bytes cross the network; a store on this machine need not call it. @default none */
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** Identifies an artifact by exactly one of version, tag and digest. */
export interface ArtifactQuery {
  /**
   * `exact-match` or `team/exact-match`; with a registry in front, `registry.example.com/team/exact-match` or
   * `localhost:5000/exact-match`: the first part is a host if it has a dot or a colon, or is `localhost`.
   */
  readonly name: string;
  /** An exact version, such as `1.2.0`. */
  readonly version?: string;
  /** A tag as in the registry. It may be moved at any time. */
  readonly tag?: string;
  /** `sha256:` and the hex digest of the manifest. */
  readonly digest?: string;
}

/** One manifest of a name. */
export interface ArtifactSubject {
  readonly name: string;
  /** `sha256:` and the hex digest of the manifest's bytes. */
  readonly digest: string;
}

/** A part of an artifact and its digest: reading it returns exactly these bytes or fails. */
export interface ArtifactLayer {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The content of a manifest, read after its digest was verified. The content itself is unverified. */
export interface StoredArtifact extends ArtifactSubject {
  /** The requested version, or else the one in its annotation, if that is a version. */
  readonly version: string | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly layers: readonly ArtifactLayer[];
  /** Digest of the WebAssembly module; undefined unless there is one layer, of type `application/wasm`. */
  readonly moduleDigest: string | undefined;
  /** Total size of all layers, in bytes. */
  readonly size: number;
  /** Manifest that this one belongs to, for example if it is a signature. */
  readonly subject: string | undefined;
}

/** A part that is written. */
export interface NewLayer {
  readonly mediaType: string;
  /** The bytes, or a function that reads them when it is this layer's turn, so that not all layers are in memory. */
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The content to write under a name. */
export interface ArtifactContent {
  /** Type of the artifact, as named by its publisher. @default none: the config's media type says it */
  readonly artifactType?: string;
  /** Config of the manifest. @default OCI's empty object */
  readonly config?: NewLayer;
  readonly layers: readonly NewLayer[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An artifact to write under a version, a tag, both or neither; without either it is found only by digest. */
export interface NewArtifact extends ArtifactContent {
  readonly name: string;
  /** Once written, a version never changes: writing other content fails. */
  readonly version?: string;
  /** An existing tag is moved. */
  readonly tag?: string;
}

/** What is attached to a manifest: a signature, an attestation. */
export interface Attachment {
  /** Such as `application/vnd.dev.sigstore.bundle.v0.3+json`. */
  readonly artifactType: string;
  /** Media type of the bytes. @default that of the artifact */
  readonly mediaType?: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is known about an attached manifest before it is read. Anyone with write access may attach anything. */
export interface StoredReferrer extends ArtifactSubject {
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** Size of the manifest, in bytes. */
  readonly size: number;
}

/**
 * Keeps plugins, data sets and results by name, version and digest.
 *
 * All bytes read are checked against their SHA-256 before they are parsed. A write is complete or has no effect. Implementations:
 * `createMemoryStore`, `openDirectoryStore` and `openLayoutStore` of `@testbench/registry/stores`, and `openRegistry` of `@testbench/registry-oci`.
 *
 * Every method fails with a `StoreError`, or with its signal's reason.
 */
export interface PluginStore {
  readonly specificationVersion: 'v1';
  /** Versions under a name, newest first; empty if the name does not exist. Tags that are not versions are left out. */
  list(name: string, options?: StoreOptions): Promise<readonly string[]>;
  /** The artifact to which a version, tag or digest refers now. Fails with `STORE_NOT_FOUND` if there is none. */
  resolve(query: ArtifactQuery, options?: StoreOptions): Promise<StoredArtifact>;
  /** Reads the bytes of a manifest. Fails if they do not match its digest. */
  readManifest(subject: ArtifactSubject, options?: StoreOptions): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * Reads the bytes of a layer. Fails if they do not match its digest.
   *
   * @param layer One of the layers of an artifact of this name.
   */
  readLayer(
    name: string,
    layer: Pick<ArtifactLayer, 'digest' | 'size'>,
    options?: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes of an artifact's only layer: a plugin's module, a signature. Fails with `STORE_INVALID_MANIFEST` if it has none or several. */
  read(subject: ArtifactSubject, options?: StoreOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Writes an artifact; writing the same one again changes nothing. Fails with `STORE_EXISTS` if the version has other content. */
  write(artifact: NewArtifact, options?: StoreOptions): Promise<StoredArtifact>;
  /** Attaches to an existing manifest; attaching the same again changes nothing. */
  attach(
    subject: ArtifactSubject,
    attachment: Attachment,
    options?: StoreOptions,
  ): Promise<StoredReferrer>;
  /**
   * Lists the attachments of a manifest; empty if nothing is, or if the manifest does not exist.
   *
   * @param artifactType Only those of this type. @default all
   */
  referrers(
    subject: ArtifactSubject,
    artifactType?: string,
    options?: StoreOptions,
  ): Promise<readonly StoredReferrer[]>;
}
