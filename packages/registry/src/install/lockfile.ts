import type { Permissions } from '@testbench/types';

/** A version of a plugin as it was installed. */
export interface LockedVersion {
  readonly version: string;
  /** Of the manifest: `sha256:` and 64 hex digits. */
  readonly digest: string;
  /** Of the module. */
  readonly module: string;
  /** Ids of its trusted signers, sorted; empty if there were none. */
  readonly signers: readonly string[];
  /** What it asks for in its metadata. Nothing of it is granted by being here. */
  readonly permissions: Permissions;
  /** True if it may answer with questions to models, which the host then asks. */
  readonly asking: boolean;
  /** Name to semver range. */
  readonly dependencies: Readonly<Record<string, string>>;
}

/** What a lockfile knows of a plugin. */
export interface LockedPlugin extends LockedVersion {
  /** Which registry it comes from, by the name that the project gives it. */
  readonly registry: string;
  /** What the project requires; undefined for one that only others depend on. */
  readonly requirement?: string | undefined;
  /** True if updates leave it alone. */
  readonly pinned: boolean;
  /** The version before the last update: what a rollback restores. */
  readonly previous?: LockedVersion | undefined;
}

/** A digest that failed, so that it is not tried again. */
export interface RejectedDigest {
  readonly digest: string;
  readonly version: string;
  /** Code of the error. */
  readonly reason: string;
}

/** The content of `testbench.lock`. */
export interface Lockfile {
  readonly plugins: ReadonlyMap<string, LockedPlugin>;
  /** By name of the plugin. */
  readonly rejected: ReadonlyMap<string, readonly RejectedDigest[]>;
}

/** A lockfile of a project that has nothing. */
export const EMPTY_LOCKFILE: Lockfile = { plugins: new Map(), rejected: new Map() };
