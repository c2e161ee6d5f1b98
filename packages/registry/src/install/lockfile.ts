import type { Permissions } from '@testbench/types';

/** An installed version of a plugin. */
export interface LockedVersion {
  readonly version: string;
  /** Digest of the manifest: `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** Digest of the module. */
  readonly module: string;
  /** Ids of its trusted signers, sorted; empty if there were none. */
  readonly signers: readonly string[];
  /** What it asks for in its metadata. Being listed here grants none of it. */
  readonly permissions: Permissions;
  /** True if it may respond with questions to models, which the host then asks. */
  readonly asking: boolean;
  /** Name to semver range. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** A lockfile's entry for a plugin. */
export interface LockedPlugin extends LockedVersion {
  /** Registry that it comes from, by the project's name for it. */
  readonly registry: string;
  /** The project's own requirement; undefined for a plugin that only others depend on. */
  readonly requirement?: string | undefined;
  /** True if updates skip it. */
  readonly pinned: boolean;
  /** The version before the last update, which a rollback restores. */
  readonly previous?: LockedVersion | undefined;
}

/** A digest that failed and is not tried again. */
export interface RejectedDigest {
  readonly digest: string;
  readonly version: string;
  /** Code of the error. */
  readonly reason: string;
}

/** The content of `testbench.lock`. */
export interface Lockfile {
  readonly plugins: ReadonlyMap<string, LockedPlugin>;
  /** By plugin name. */
  readonly rejected: ReadonlyMap<string, readonly RejectedDigest[]>;
}

/** The lockfile of a project without plugins. */
export const EMPTY_LOCKFILE: Lockfile = { plugins: new Map(), rejected: new Map() };
