import type { Capability, PluginType } from '@testbench/types';

/** Permissions that a plugin's metadata can ask for. */
export const ASKED_PERMISSIONS = ['filesystem', 'network', 'envVars', 'hostFunctions'] as const;

/** One of {@link ASKED_PERMISSIONS}. */
export type AskedPermission = (typeof ASKED_PERMISSIONS)[number];

/** Criteria for plugins; all that are given must match. */
export interface CatalogueQuery {
  /** Words, or beginnings of words, in name, keywords, author and description; all must match. @default anything */
  readonly text?: string;
  readonly type?: PluginType;
  readonly capability?: Capability;
  /** The whole value, ignoring case. */
  readonly author?: string;
  /** One whole keyword, ignoring case. */
  readonly keyword?: string;
  /** The whole value. */
  readonly name?: string;
  /** The whole value. */
  readonly registry?: string;
  /** A semver range. Prereleases count only if the range names one. @default any version */
  readonly range?: string;
  /** Permissions that it may ask for, and no others: `[]` finds plugins that ask for nothing. @default any */
  readonly asksAtMost?: readonly AskedPermission[];
  /** A permission that it must ask for. */
  readonly asks?: AskedPermission;
  /** Every version that matches, not only the highest of each name and registry. @default false */
  readonly allVersions?: boolean;
  /** Maximum number of results, at least 1. @default 50 */
  readonly limit?: number;
}
