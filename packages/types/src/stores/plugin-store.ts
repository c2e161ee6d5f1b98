/** How far a transfer has come. */
export interface TransferProgress {
  readonly direction: 'fetch' | 'push';
  /** Name of the artifact. */
  readonly name: string;
  /** Digest of the blob that is on its way. */
  readonly digest: string;
  readonly transferredBytes: number;
  readonly totalBytes: number;
}

/** What every method of a {@link PluginStore} takes besides. */
export interface StoreOptions {
  /** Cancels the call, which then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as bytes cross the network; a store on this machine need not call it. @default none */
  readonly onProgress?: (progress: TransferProgress) => void;
}

/** Which artifact: by exactly one of version, tag and digest. */
export interface ArtifactQuery {
  /**
   * `exact-match` or `team/exact-match`; with a registry in front, `registry.example.com/team/exact-match` or
   * `localhost:5000/exact-match`: the first part is a host if it has a dot or a colon, or is `localhost`.
   */
  readonly name: string;
  /** An exact version, such as `1.2.0`. */
  readonly version?: string;
  /** A tag as it stands in the registry. It may be moved at any time. */
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

/** A part of an artifact, and what it must be: reading it gives these bytes or fails. */
export interface ArtifactLayer {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The content of a manifest, read after its digest was verified. The content itself is unverified. */
export interface StoredArtifact extends ArtifactSubject {
  /** By which it was asked for, or else as its annotation says, if that is a version. */
  readonly version: string | undefined;
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  readonly layers: readonly ArtifactLayer[];
  /** Digest of the WebAssembly module; undefined unless the one layer is of type `application/wasm`. */
  readonly moduleDigest: string | undefined;
  /** Of all layers, in bytes. */
  readonly size: number;
  /** Manifest that this one belongs to, as a signature does. */
  readonly subject: string | undefined;
}

/** A part that is written. */
export interface NewLayer {
  readonly mediaType: string;
  /** The bytes, or what reads them when it is this layer's turn, so that not all of them are in memory. */
  readonly bytes: Uint8Array | (() => Promise<Uint8Array>);
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is written under a name. */
export interface ArtifactContent {
  /** Kind of the artifact, as its publisher calls it. @default none: the config's media type says it */
  readonly artifactType?: string;
  /** Config of the manifest. @default the empty object of OCI */
  readonly config?: NewLayer;
  readonly layers: readonly NewLayer[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An artifact that is written under a version, a tag, both or neither; then it is found by digest alone. */
export interface NewArtifact extends ArtifactContent {
  readonly name: string;
  /** Once written, a version stays what it is: writing other content fails. */
  readonly version?: string;
  /** Is moved if it is there. */
  readonly tag?: string;
}

/** What is attached to a manifest: a signature, an attestation. */
export interface Attachment {
  /** Such as `application/vnd.dev.sigstore.bundle.v0.3+json`. */
  readonly artifactType: string;
  /** Of the bytes. @default that of the artifact */
  readonly mediaType?: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is known of an attached manifest before it is read. Anyone who may write may attach anything. */
export interface StoredReferrer extends ArtifactSubject {
  readonly artifactType: string | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** Of the manifest, in bytes. */
  readonly size: number;
}

/**
 * Where plugins, data sets and results are kept, by name, version and digest.
 *
 * Whatever is read was compared with its SHA-256 before anything looked into it. A write is there whole or not at all. Implementations:
 * `createMemoryStore`, `openDirectoryStore` and `openLayoutStore` of `@testbench/registry/stores`, and `openRegistry` of `@testbench/registry-oci`.
 *
 * Every method fails with a `StoreError`, or with the reason of its signal.
 */
export interface PluginStore {
  readonly specificationVersion: 'v1';
  /** Versions under a name, newest first; empty if the name does not exist. Tags that are not versions are left out. */
  list(name: string, options?: StoreOptions): Promise<readonly string[]>;
  /** What a version, tag or digest means now. Fails with `STORE_NOT_FOUND` if there is none. */
  resolve(query: ArtifactQuery, options?: StoreOptions): Promise<StoredArtifact>;
  /** The bytes of a manifest: those of its digest, or a failure. */
  readManifest(subject: ArtifactSubject, options?: StoreOptions): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The bytes of a layer: those of its digest, or a failure.
   *
   * @param layer One of the layers of an artifact of this name.
   */
  readLayer(
    name: string,
    layer: Pick<ArtifactLayer, 'digest' | 'size'>,
    options?: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer>>;
  /** The bytes of an artifact's only layer: a plugin's module, a signature. Fails with `STORE_INVALID_MANIFEST` if it has more or none. */
  read(subject: ArtifactSubject, options?: StoreOptions): Promise<Uint8Array<ArrayBuffer>>;
  /** Writes an artifact; the same one twice is written once. Fails with `STORE_EXISTS` if the version has other content. */
  write(artifact: NewArtifact, options?: StoreOptions): Promise<StoredArtifact>;
  /** Attaches to a manifest that is there; the same twice is there once. */
  attach(
    subject: ArtifactSubject,
    attachment: Attachment,
    options?: StoreOptions,
  ): Promise<StoredReferrer>;
  /**
   * What is attached to a manifest; empty if nothing is, or if the manifest does not exist.
   *
   * @param artifactType Only those of this type. @default all
   */
  referrers(
    subject: ArtifactSubject,
    artifactType?: string,
    options?: StoreOptions,
  ): Promise<readonly StoredReferrer[]>;
}
