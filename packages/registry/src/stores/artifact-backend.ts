import type { ArtifactLayer, StoreOptions } from '@testbench/types/stores';

import type { Descriptor } from '../manifest/read-descriptors.js';

/** A manifest to be written. */
export interface WrittenManifest {
  readonly digest: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Digest of the manifest that it belongs to. */
  readonly subject: string | undefined;
}

/** A name for a manifest. */
export interface WrittenTag {
  readonly name: string;
  /** False for a version: fails with `STORE_EXISTS` if another manifest has it. */
  readonly mayMove: boolean;
}

/**
 * The operations that each kind of store implements; `ArtifactStore` makes a `PluginStore` of them. Names, tags and digests that it receives
 * are well-formed. The data it returns need not be verified.
 */
export interface ArtifactBackend {
  /** Every tag under a name; undefined or none if the name does not exist. */
  tags(name: string, options: StoreOptions): Promise<readonly string[]>;
  /** @param reference A tag or a digest. @returns The manifest's bytes; undefined if there is none. */
  manifest(
    name: string,
    reference: string,
    options: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** @returns undefined if it does not exist. */
  blob(
    name: string,
    layer: Pick<ArtifactLayer, 'digest' | 'size'>,
    options: StoreOptions,
  ): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Writes a blob; replaces a damaged one under the same digest. */
  writeBlob(
    name: string,
    digest: string,
    bytes: Uint8Array<ArrayBuffer>,
    options: StoreOptions,
  ): Promise<void>;
  /** Writes a manifest whose blobs have been written. */
  writeManifest(
    name: string,
    manifest: WrittenManifest,
    tag: WrittenTag | undefined,
    options: StoreOptions,
  ): Promise<void>;
  /** The attachments of a manifest. */
  referrers(name: string, subject: string, options: StoreOptions): Promise<readonly Descriptor[]>;
  /** Lists a written manifest as attached; repeated calls list it only once. */
  addReferrer(
    name: string,
    subject: string,
    referrer: Descriptor,
    options: StoreOptions,
  ): Promise<void>;
}
