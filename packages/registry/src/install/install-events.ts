import type { TransferProgress } from '@testbench/types/stores';

import type { PermissionChange } from './permission-changes.js';

/** Events while plugins are installed or updated. */
export type InstallEvent =
  /** A version was chosen: the one in the lockfile, or the highest that satisfies the requirements. */
  | {
      readonly type: 'resolved';
      readonly name: string;
      readonly version: string;
      readonly registry: string;
      readonly from: 'lockfile' | 'registry';
    }
  /** A version that satisfies the requirements was skipped. */
  | {
      readonly type: 'skipped';
      readonly name: string;
      readonly version: string;
      readonly reason: string;
    }
  /** Bytes were received. */
  | ({ readonly type: 'progress' } & TransferProgress)
  /** A signer trusted by the rules signed it; unsigned but permitted by the rules if `signers` is empty. */
  | {
      readonly type: 'verified';
      readonly name: string;
      readonly version: string;
      readonly signers: readonly string[];
      /** The signer is trusted on first use. */
      readonly firstUse: boolean;
    }
  /** A module on disk did not match the lockfile, and is fetched again. */
  | {
      readonly type: 'damaged';
      readonly name: string;
      readonly version: string;
      readonly path: string;
    }
  /** The registry's newest version is lower than that of the lockfile, which stays. */
  | {
      readonly type: 'behind';
      readonly name: string;
      readonly version: string;
      readonly locked: string;
    }
  /** It requests more permissions than before, with consent. */
  | {
      readonly type: 'consented';
      readonly name: string;
      readonly version: string;
      readonly changes: readonly PermissionChange[];
    }
  /** A new version was not fit to replace the old one, and its digest will not be tried again. */
  | {
      readonly type: 'rejected';
      readonly name: string;
      readonly version: string;
      readonly reason: string;
    }
  /** It is now in the lockfile. */
  | {
      readonly type: 'installed';
      readonly name: string;
      readonly version: string;
      /** The previous version; undefined if there was none. */
      readonly before: string | undefined;
    }
  /** It was removed. */
  | { readonly type: 'removed'; readonly name: string; readonly version: string };
